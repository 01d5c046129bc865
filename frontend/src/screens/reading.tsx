/** What was read, beside the page it was read from; doubtful fields first, each correctable. */
import { useMemo, useRef, useState } from "react";
import type { Parsed, Resume, Span } from "../api/artefacts";
import { correctSource, type JobView, newIdempotencyKey } from "../api/client";
import { useArtefact } from "../api/queries";
import { Problem } from "../components/problem";
import { ResumeEditor } from "../components/resume-editor";
import { SourceViewer } from "../components/source-viewer";
import { useInterface } from "../i18n";
import { useHistory } from "../state/history";
import { resolvePointer, spansOf } from "../state/provenance";
import { withoutBlanks } from "../state/resume";
import { navigate } from "../state/router";

const DOUBTFUL_BELOW = 0.8;

export default function Reading({ job }: { job: JobView }) {
  const { t } = useInterface();
  const { data, error, refetch } = useArtefact<Parsed>(job, "parsed.json");
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  return data ? <Correct job={job} parsed={data} /> : <p className="soft">{t("loading")}</p>;
}

function Correct({ job, parsed }: { job: JobView; parsed: Parsed }) {
  const { t, formatNumber } = useInterface();
  const history = useHistory<Resume>(parsed.resume);
  const [spans, setSpans] = useState<Span[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef("");
  const doubtful = useMemo(
    () =>
      Object.entries(parsed.confidence)
        .filter(([pointer, value]) => value < DOUBTFUL_BELOW && typeof resolvePointer(parsed.resume, pointer) === "string")
        .sort(([, a], [, b]) => a - b),
    [parsed],
  );
  const unread = useMemo(() => {
    const points = [...parsed.text];
    return parsed.unparsed.map((span) => ({ span, text: points.slice(span.start, span.end).join("").trim() })).filter((item) => item.text.length > 2);
  }, [parsed]);
  const goTo = (pointer: string): void => {
    setSpans(spansOf(parsed, [pointer]));
    const field = document.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(pointer)}"]`);
    field?.closest("details")?.setAttribute("open", "");
    field?.focus();
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    key.current ||= newIdempotencyKey();
    try {
      const made = await correctSource(job.job_id, { resume: withoutBlanks(history.value) as Record<string, never> }, job.etags?.source ?? "", key.current);
      navigate(`/jobs/${made.job_id}`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
      key.current = "";
    }
  };
  return (
    <div className="split">
      <div className="stack">
        <p className="soft">{t("readingText")}</p>
        {doubtful.length > 0 && (
          <section className="message warn">
            <strong>{t("doubtful", { count: doubtful.length })}</strong>
            <ul>
              {doubtful.slice(0, 12).map(([pointer, value]) => (
                <li key={pointer}>
                  <button type="button" className="link" onClick={() => goTo(pointer)}>
                    <span dir="auto">{String(resolvePointer(parsed.resume, pointer))}</span> <span className="small">({formatNumber(value, { style: "percent" })})</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
        {unread.length > 0 && (
          <details className="card">
            <summary>
              <strong>{t("unread", { count: unread.length })}</strong>
            </summary>
            <ul className="stack tight">
              {unread.slice(0, 40).map(({ span, text }) => (
                <li key={span.start} className="small" dir="auto">
                  {text}
                </li>
              ))}
            </ul>
          </details>
        )}
        <div className="toolbar" role="toolbar" aria-label={t("tools")}>
          <button type="button" className="button primary" disabled={busy || history.value === parsed.resume} onClick={() => void save()}>
            {t("saveCorrection")}
          </button>
          <button type="button" className="button icon" aria-label={t("undo")} disabled={!history.canUndo} onClick={history.undo}>
            <span aria-hidden="true">↶</span>
          </button>
          <button type="button" className="button icon" aria-label={t("redo")} disabled={!history.canRedo} onClick={history.redo}>
            <span aria-hidden="true">↷</span>
          </button>
        </div>
        {error !== null && <Problem error={error} />}
        <ResumeEditor
          resume={history.value}
          onChange={history.set}
          doubtful={new Set(doubtful.map(([pointer]) => pointer))}
          onFocusPointer={(pointer) => setSpans(spansOf(parsed, [pointer]))}
        />
      </div>
      <div className="aside" tabIndex={0} role="group" aria-label={t("yourDocument")}>
        <SourceViewer job={job} parsed={parsed} spans={spans} />
      </div>
    </div>
  );
}
