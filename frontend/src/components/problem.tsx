/** What went wrong, in the person's language where we have the words, and what to do. */
import { ApiProblem } from "../api/client";
import { type Text, useInterface } from "../i18n";
import { beginSignIn } from "../state/account";

export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t, has } = useInterface();
  const problem = error instanceof ApiProblem ? error : new ApiProblem(-1, "unexpected", "", "");
  const key = `problem_${problem.code}`;
  const advice = `advice_${problem.code}`;
  return (
    <div className="message bad" role="alert">
      <strong>{has(key) ? t(key as Text) : problem.detail || t("problem_unexpected")}</strong>
      {(has(advice) || problem.advice) && <span>{has(advice) ? t(advice as Text) : problem.advice}</span>}
      {problem.code === "signed_out" && (
        <span>
          <button type="button" className="button" onClick={() => void beginSignIn()}>
            {t("signIn")}
          </button>
        </span>
      )}
      {onRetry && problem.code !== "signed_out" && (
        <span>
          <button type="button" className="button" onClick={onRetry}>
            {t("tryAgain")}
          </button>
        </span>
      )}
    </div>
  );
}
