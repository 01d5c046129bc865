/** Verified alternatives for one text. */
import { useQuery } from "@tanstack/react-query";
import { createProposals } from "../api/client";
import { useInterface } from "../i18n";
import { pointerOf, type Path } from "../state/resume";
import { Dialog } from "./dialog";
import { Problem } from "./problem";

export interface Improving {
  path: Path;
  text: string;
}

export function ImproveDialog(props: { job: string; improving: Improving | null; onClose: () => void; onTake: (path: Path, text: string) => void }) {
  const { t } = useInterface();
  const { improving } = props;
  const pointer = improving ? pointerOf(improving.path) : "";
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["proposals", props.job, pointer, improving?.text],
    queryFn: () => createProposals(props.job, { pointer, text: improving?.text ?? null }),
    enabled: improving !== null,
    retry: false,
    staleTime: 300_000,
  });
  return (
    <Dialog title={t("improve")} open={improving !== null} onClose={props.onClose}>
      <p dir="auto" className="message">
        {improving?.text}
      </p>
      <div aria-live="polite" aria-busy={isFetching} className="stack">
        {isFetching && <p className="soft">{t("loading")}</p>}
        {error && <Problem error={error} onRetry={() => void refetch()} />}
        {data?.proposals?.length === 0 && <p className="soft">{t("noAlternatives")}</p>}
        {data?.warnings?.map((warning) => (
          <p key={warning.code} className="soft small">
            {warning.message} {warning.advice}
          </p>
        ))}
        <ul className="stack">
          {data?.proposals?.map((proposal, index) => (
            <li key={index} className="change">
              <p dir="auto">{proposal.text}</p>
              <p className="soft small">{proposal.reason}</p>
              <div>
                <button type="button" className="button primary" onClick={() => improving && props.onTake(improving.path, proposal.text)}>
                  {t("takeThis")}
                </button>
              </div>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
