/** Where the sign-in page sends people back to: for the blink of an eye, or with words when it did not work. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useInterface } from "../i18n";
import { beginSignIn, finishSignIn } from "../state/account";
import { navigate } from "../state/router";

export default function SignedIn() {
  const { t } = useInterface();
  const queries = useQueryClient();
  const [failed, setFailed] = useState(false);
  const started = useRef(false);
  useEffect(() => {
    // A code works once; React's strict mode runs effects twice.
    if (started.current) return;
    started.current = true;
    finishSignIn()
      .then((path) => {
        queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "configuration" });
        navigate(path, true);
      })
      .catch(() => {
        history.replaceState(null, "", "/signed-in");
        setFailed(true);
      });
  }, [queries]);
  if (!failed) {
    return (
      <div className="progress stack">
        <h1 tabIndex={-1}>{t("signingIn")}</h1>
      </div>
    );
  }
  return (
    <div className="progress stack">
      <h1 tabIndex={-1}>{t("signInFailed")}</h1>
      <p>{t("signInFailedText")}</p>
      <div>
        <button type="button" className="button primary" onClick={() => void beginSignIn()}>
          {t("signIn")}
        </button>
      </div>
    </div>
  );
}
