/** Sign in or out, where the deployment has accounts; nothing where it has none. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { readConfiguration } from "../api/configuration";
import { useInterface } from "../i18n";
import { beginSignIn, endSession, useAccount } from "../state/account";
import { Problem } from "./problem";

export function AccountMenu() {
  const { t } = useInterface();
  const account = useAccount();
  const configuration = useQuery({ queryKey: ["configuration"], queryFn: readConfiguration, staleTime: Infinity }).data;
  const [error, setError] = useState<unknown>(null);
  if (!configuration?.signIn) return null;
  if (account === null) {
    return (
      <>
        <button type="button" className="button" onClick={() => void beginSignIn().catch(setError)}>
          {t("signIn")}
        </button>
        {error !== null && <Problem error={error} />}
      </>
    );
  }
  return (
    <details className="menu end">
      <summary className="button account">
        <span className="visually-hidden">{t("account")}: </span>
        <bdi>{account || t("account")}</bdi>
      </summary>
      <div className="card stack tight">
        <p className="soft small">{t("signedInText")}</p>
        <button type="button" className="button" onClick={() => void endSession()}>
          {t("signOut")}
        </button>
      </div>
    </details>
  );
}
