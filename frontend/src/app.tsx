/** The frame around every screen, and which screen a path shows. Screens load when they are needed. */
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { LANGUAGES, type Language, useInterface } from "./i18n";
import { Start } from "./screens/start";
import { RouteLink, usePath } from "./state/router";
import { useTheme } from "./state/theme";
import { AccountMenu } from "./components/account-menu";

const JobScreen = lazy(() => import("./screens/job"));
const MyCvs = lazy(() => import("./screens/my-cvs"));
const Scratch = lazy(() => import("./screens/scratch"));
const SignedIn = lazy(() => import("./screens/signed-in"));

function screenOf(path: string): ReactNode {
  const job = /^\/jobs\/([A-Za-z0-9_-]+)(?:\/(review|edit|download|reading))?\/?$/.exec(path);
  if (job?.[1]) return <JobScreen key={job[1]} id={job[1]} tab={job[2]} />;
  if (path === "/cvs") return <MyCvs />;
  if (path === "/new") return <Scratch />;
  if (path === "/signed-in") return <SignedIn />;
  if (path === "/") return <Start />;
  return <NotFound />;
}

function NotFound() {
  const { t } = useInterface();
  return (
    <div className="stack">
      <h1 tabIndex={-1}>{t("pageNotFound")}</h1>
      <p>
        <RouteLink href="/">{t("navStart")}</RouteLink>
      </p>
    </div>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = (): void => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return online;
}

export function App() {
  const { t, language, setLanguage } = useInterface();
  const path = usePath();
  const online = useOnline();
  const [theme, toggleTheme] = useTheme();
  const current = (href: string): "page" | undefined => (path === href ? "page" : undefined);
  return (
    <>
      <a className="skip" href="#content">
        {t("skipToContent")}
      </a>
      <header className="top-bar">
        <div>
          <RouteLink href="/" className="brand">
            <img src="/icon.svg" alt="" width="27" height="27" />
            <span>CV Maker</span>
          </RouteLink>
          <nav aria-label={t("mainNavigation")}>
            <RouteLink href="/" aria-current={current("/")}>
              {t("navStart")}
            </RouteLink>
            <RouteLink href="/cvs" aria-current={current("/cvs")}>
              {t("navMyCvs")}
            </RouteLink>
          </nav>
          <div className="row">
            <AccountMenu />
            <label>
              <span className="visually-hidden">{t("language")}</span>
              <select value={language} onChange={(event) => setLanguage(event.target.value as Language)}>
                {Object.entries(LANGUAGES).map(([code, name]) => (
                  <option key={code} value={code} lang={code}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <button type="button" className="button icon quiet" onClick={toggleTheme} aria-label={theme === "dark" ? t("useLight") : t("useDark")}>
              <span aria-hidden="true">{theme === "dark" ? "☀" : "☾"}</span>
            </button>
          </div>
        </div>
      </header>
      {!online && (
        <div className="notice-bar" role="status">
          {t("offline")}
        </div>
      )}
      <main id="content">
        <Suspense fallback={<p className="soft loading">{t("loading")}</p>}>{screenOf(path)}</Suspense>
      </main>
      <footer>
        <p>{t("footer")}</p>
      </footer>
    </>
  );
}
