/** What was changed and why, what the posting asks for and what answers it, and where each claim stands in the upload. */
import { useMemo, useRef, useState } from "react";
import type { Analysis, EvidenceData, Parsed, Resume, Span, Tailored } from "../api/artefacts";
import { editResume, type JobView, newIdempotencyKey } from "../api/client";
import { useArtefact } from "../api/queries";
import { Diff } from "../components/diff";
import { Dialog } from "../components/dialog";
import { Problem } from "../components/problem";
import { SourceViewer } from "../components/source-viewer";
import { type Text, useInterface } from "../i18n";
import { useNotes } from "../i18n/notes";
import { keepDraft } from "../state/draft";
import { resolvePointer, sourcesOf, spansOf } from "../state/provenance";
import { entriesOf, entryName, setAt, textOf } from "../state/resume";
import { navigate } from "../state/router";

const TONES = { met: "good", partly: "warn", adjacent: "warn", missing: "bad" } as const;
type Decision = "accept" | "reject";

export default function Review({ job }: { job: JobView }) {
  const { t } = useInterface();
  const notes = useNotes();
  const parsed = useArtefact<Parsed>(job, "parsed.json").data;
  const analysis = useArtefact<Analysis>(job, "analysis.json").data;
  const evidence = useArtefact<EvidenceData>(job, "evidence.json").data;
  const tailored = useArtefact<Tailored>(job, "tailored.json").data;
  const [spans, setSpans] = useState<Span[]>([]);
  const [documentOpen, setDocumentOpen] = useState(false);

  const show = (pointers: string[], open = false): void => {
    const found = spansOf(parsed, pointers);
    if (found.length) setSpans(found);
    if (open && !matchMedia("(min-width: 64rem)").matches) setDocumentOpen(true);
  };

  return (
    <div className="split">
      <div className="stack loose">
        <Warnings job={job} />
        {tailored && <Changes job={job} tailored={tailored} onShow={show} />}
        {analysis?.posting && evidence && (
          <Requirements analysis={analysis} evidence={evidence} resume={parsed?.resume} onShow={show} />
        )}
        {analysis && analysis.findings.length > 0 && (
          <section className="card stack">
            <h2>{t("findings")}</h2>
            <ul className="stack tight">
              {analysis.findings.map((finding, index) => (
                <li key={index} className={`message ${finding.severity === "info" ? "" : finding.severity === "error" ? "bad" : "warn"}`}>
                  <strong dir="auto">{notes.finding(finding).message}</strong>
                  <span dir="auto">{notes.finding(finding).advice}</span>
                  {spansOf(parsed, [finding.pointer]).length > 0 && (
                    <button type="button" className="link" onClick={() => show([finding.pointer], true)}>
                      {t("showInDocument")}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </section>
        )}
        {evidence && evidence.career_memory.length > 0 && (
          <CareerMemory job={job} offers={evidence.career_memory} />
        )}
      </div>
      <div className="aside on-demand" tabIndex={0} role="group" aria-label={t("yourDocument")}>
        <SourceViewer job={job} parsed={parsed} spans={spans} />
      </div>
      <Dialog title={t("yourDocument")} open={documentOpen} onClose={() => setDocumentOpen(false)} wide>
        <SourceViewer job={job} parsed={parsed} spans={spans} />
      </Dialog>
    </div>
  );
}

/** Items of earlier CVs: offered, and taken over only by the person, into the entry they choose. */
function CareerMemory({ job, offers }: { job: JobView; offers: EvidenceData["career_memory"] }) {
  const { t } = useInterface();
  const result = useArtefact<{ resume?: Resume } & Resume>(job, "resume.json").data;
  const resume = result?.resume ?? result;
  const [target, setTarget] = useState(0);
  const work = resume ? entriesOf(resume, "work") : [];
  const take = (text: string): void => {
    if (!resume) return;
    const highlights = work[target]?.highlights ?? [];
    const edited = work.length ? setAt(resume, ["work", target, "highlights"], [...highlights, text]) : setAt(resume, ["basics", "summary"], `${textOf(resume.basics?.summary)} ${text}`.trim());
    keepDraft(job.job_id, { resume: edited, design: { template: job.template, options: job.options ?? {} } });
    navigate(`/jobs/${job.job_id}/edit`);
  };
  return (
    <section className="card stack">
      <h2>{t("careerMemory")}</h2>
      <p className="soft">{t("careerMemoryText")}</p>
      {work.length > 1 && (
        <label className="field">
          <span>{t("addTo")}</span>
          <select value={target} onChange={(event) => setTarget(Number(event.target.value))}>
            {work.map((entry, index) => (
              <option key={index} value={index}>
                {[textOf(entry["position"]), textOf(entry["name"])].filter(Boolean).join(", ")}
              </option>
            ))}
          </select>
        </label>
      )}
      <ul className="stack tight">
        {offers.map((offer) => (
          <li key={`${offer.job_id}${offer.pointer}`} className="message">
            <span dir="auto">{offer.text}</span>
            <span>
              <button type="button" className="button" disabled={!resume} onClick={() => take(offer.text)}>
                {t("addThis")}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Warnings({ job }: { job: JobView }) {
  const { t } = useInterface();
  if (!job.warnings?.length) return null;
  return (
    <details className="card">
      <summary>
        <strong>{t("notes", { count: job.warnings.length })}</strong>
      </summary>
      <ul className="stack tight" style={{ marginTop: "0.8rem" }}>
        {job.warnings.map((warning) => (
          <li key={warning.code + warning.message} dir="auto">
            {warning.message} <span className="soft">{warning.advice}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

type Show = (pointers: string[], open?: boolean) => void;

function Changes({ job, tailored, onShow }: { job: JobView; tailored: Tailored; onShow: Show }) {
  const { t, has } = useInterface();
  const notes = useNotes();
  const [decisions, setDecisions] = useState<Record<string, Decision>>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef("");
  const rejected = Object.values(decisions).filter((decision) => decision === "reject").length;
  const decide = (pointer: string, decision: Decision): void => {
    key.current = "";
    setDecisions((before) => ({ ...before, [pointer]: decision }));
  };
  const decideAll = (decision: Decision): void => {
    key.current = "";
    setDecisions(Object.fromEntries(tailored.changes.map((change) => [change.pointer, decision])));
  };
  const apply = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    key.current ||= newIdempotencyKey();
    try {
      const made = await editResume(job.job_id, { decisions }, job.etags?.resume ?? "", key.current);
      navigate(`/jobs/${made.job_id}/review`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  /** Lists come as lines; the order of sections comes as their technical names. */
  const shown = (pointer: string, text: string): string[] => {
    const lines = text ? text.split("\n") : [];
    return pointer.startsWith("/meta/cvmaker/section_order")
      ? lines.map((name) => (name === "summary" ? t("form_summary") : has(`section_${name}`) ? t(`section_${name}` as Text) : name))
      : lines;
  };
  /** Which part of the CV a change is in, as a reader would call it. */
  const placeOf = (pointer: string): string => {
    const [section = "", index, field] = pointer.split("/").slice(1);
    if (section === "meta") return t("sectionOrder");
    if (section === "basics") return index && has(`form_${index}`) ? t(`form_${index}` as Text) : t("section_basics");
    const name = has(`section_${section}`) ? t(`section_${section}` as Text) : section;
    const entry = index === undefined ? "" : entryName(entriesOf(tailored.resume, section)[Number(index)]);
    // Groups of skills are told by their names already when the change is one of their order.
    return [name, field === undefined ? "" : entry].filter(Boolean).join(" · ");
  };
  return (
    <section className="stack" aria-labelledby="changes">
      <div className="row between">
        <h2 id="changes">{t("changes", { count: tailored.changes.length })}</h2>
        {tailored.changes.length > 1 && (
          <div className="row">
            <button type="button" className="button quiet" onClick={() => decideAll("accept")}>
              {t("acceptAll")}
            </button>
            <button type="button" className="button quiet" onClick={() => decideAll("reject")}>
              {t("rejectAll")}
            </button>
          </div>
        )}
      </div>
      {tailored.changes.length === 0 && <p className="soft">{t("noChanges")}</p>}
      <ol className="stack">
        {tailored.changes.map((change) => {
          const decision = decisions[change.pointer] ?? "accept";
          const sources = sourcesOf(tailored, change.pointer);
          return (
            <li
              key={change.pointer}
              aria-label={placeOf(change.pointer)}
              className={`change ${decision === "reject" ? "rejected" : ""}`}
              onMouseEnter={() => onShow(sources)}
              onFocus={() => onShow(sources)}
            >
              <p className="place">{placeOf(change.pointer)}</p>
              <Diff before={shown(change.pointer, change.before)} after={shown(change.pointer, change.after)} />
              <p className="soft small" dir="auto">{notes.reason("changes", change)}</p>
              <div className="row between">
                <button type="button" className="link small" onClick={() => onShow(sources, true)}>
                  {t("showInDocument")}
                </button>
                <div className="row" role="group" aria-label={t("decision")}>
                  <button type="button" className="button" aria-pressed={decision === "accept"} onClick={() => decide(change.pointer, "accept")}>
                    {t("accept")}
                  </button>
                  <button type="button" className="button no" aria-pressed={decision === "reject"} onClick={() => decide(change.pointer, "reject")}>
                    {t("reject")}
                  </button>
                </div>
              </div>
            </li>
          );
        })}
      </ol>
      {rejected > 0 && (
        <div className="stack tight">
          {error !== null && <Problem error={error} />}
          <div className="row">
            <button type="button" className="button primary" disabled={busy} onClick={() => void apply()}>
              {t("applyDecisions", { count: rejected })}
            </button>
            <span className="soft small">{t("applyDecisionsText")}</span>
          </div>
        </div>
      )}
      {tailored.rejected.length > 0 && (
        <details className="card">
          <summary>
            <strong>{t("rejectedProposals", { count: tailored.rejected.length })}</strong>
          </summary>
          <p className="soft small" style={{ margin: "0.6rem 0" }}>
            {t("rejectedProposalsText")}
          </p>
          <ul className="stack">
            {tailored.rejected.map((rejection, index) => (
              <li key={index} className="stack tight">
                <p dir="auto">
                  <s>{rejection.text}</s>
                </p>
                <ul className="small">
                  {rejection.reasons.map((reason, at) => (
                    <li key={at} className="soft" dir="auto">
                      {reason.detail || reason.code}
                    </li>
                  ))}
                </ul>
                <button type="button" className="link small" onClick={() => onShow(rejection.source_ids, true)}>
                  {t("showInDocument")}
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Requirements(props: { analysis: Analysis; evidence: EvidenceData; resume: unknown; onShow: Show }) {
  const { t, has } = useInterface();
  const notes = useNotes();
  const { analysis, evidence, resume, onShow } = props;
  const matches = useMemo(() => new Map(evidence.matches.map((match) => [match.requirement_id, match])), [evidence]);
  const missing = analysis.requirements.filter((requirement) => ["missing", "adjacent"].includes(matches.get(requirement.id)?.state ?? "missing"));
  return (
    <section className="card stack" aria-labelledby="requirements">
      <h2 id="requirements">{t("requirements")}</h2>
      <ul>
        {analysis.requirements.map((requirement) => {
          const match = matches.get(requirement.id);
          const state = match?.state ?? "missing";
          return (
            <li key={requirement.id} className="requirement">
              <span className={`tag ${TONES[state]}`}>{t(`match_${state}` as Text)}</span>
              <span>
                <span dir="auto">{requirement.text}</span> {requirement.must && <span className="tag">{t("must")}</span>}
              </span>
              {match && match.evidence.length > 0 ? (
                <ul className="more small stack tight">
                  {match.evidence.slice(0, 3).map((item) => {
                    if (item.job_id) return <li key={item.pointer + item.job_id} className="soft">{t("fromEarlierCv")}</li>;
                    const text = entryName(resolvePointer(resume, item.pointer)) || t("showInDocument");
                    return (
                      <li key={item.pointer}>
                        <button type="button" className="link" onClick={() => onShow([item.pointer], true)} onMouseEnter={() => onShow([item.pointer])} onFocus={() => onShow([item.pointer])}>
                          <span dir="auto">{text}</span>
                        </button>
                      </li>
                    );
                  })}
                </ul>
              ) : (
                match?.reason && <span className="more small soft" dir="auto">{notes.reason("matches", match)}</span>
              )}
            </li>
          );
        })}
      </ul>
      {missing.length > 0 && (
        <details>
          <summary>
            <strong>{t("gaps", { count: missing.length })}</strong>
          </summary>
          <p className="soft small" style={{ margin: "0.6rem 0" }}>
            {t("gapsText")}
          </p>
          <ul className="stack">
            {missing.map((requirement) => {
              const kind = has(`ask_${requirement.kind}`) ? requirement.kind : "skill";
              return (
                <li key={requirement.id} className="gap">
                  <p>
                    <strong dir="auto">{requirement.text}</strong> {requirement.must && <span className="tag">{t("must")}</span>}
                  </p>
                  <p>{t(`ask_${kind}` as Text, { requirement: requirement.text })}</p>
                  <p className="soft small">{t(`gap_${kind}` as Text)}</p>
                </li>
              );
            })}
          </ul>
        </details>
      )}
    </section>
  );
}
