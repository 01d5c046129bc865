/** Every format, values to copy into forms, what a robot reads, what it cost, and real deletion. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Certificate, Receipt, Tailored } from "../api/artefacts";
import { deleteJob, editResume, type JobView, type Link, newIdempotencyKey, readArtefact, type Schemas } from "../api/client";
import { useArtefact } from "../api/queries";
import { DeleteDialog } from "../components/delete-dialog";
import { Problem } from "../components/problem";
import { type Text, useInterface } from "../i18n";
import { forgetDraft } from "../state/draft";
import { keptName } from "../state/kept";
import { type CoverLetter, editedLetter, letterText } from "../state/letter";
import { navigate } from "../state/router";

const FILES: [string, Text][] = [
  ["cv.pdf", "formatPdf"],
  ["cv.docx", "formatDocx"],
  ["cv.txt", "formatText"],
  ["cv.md", "formatMarkdown"],
  ["cv.html", "formatHtml"],
  ["resume.json", "formatJson"],
  ["cover-letter.pdf", "letterPdf"],
  ["cover-letter.docx", "letterDocx"],
  ["cover-letter.txt", "letterText"],
];

type FormField = Schemas["FormField"];

/** Fields of one entry together, in the order they come. */
function groupsOf(fields: FormField[]): [string, FormField[]][] {
  const groups = new Map<string, FormField[]>();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return [...groups];
}

function Checks({ checks }: { checks: Certificate["checks"] }) {
  const { t } = useInterface();
  return (
    <ul className="stack tight">
      {checks.map((check, index) => (
        <li key={index}>
          <span className={`tag ${check.ok ? "good" : "bad"}`}>{check.ok ? t("ok") : t("notOk")}</span> {check.code.replaceAll("_", " ")} <span className="soft small">{check.detail}</span>
        </li>
      ))}
    </ul>
  );
}

export default function Download({ job }: { job: JobView }) {
  const { t, formatNumber, has } = useInterface();
  const certificate = useArtefact<Certificate>(job, "certificate.json").data;
  const receipt = useArtefact<Receipt>(job, "receipt.json").data;
  const tailored = useArtefact<Tailored>(job, "tailored.json").data;
  const files = FILES.flatMap(([name, label]): [string, Text, Link][] => {
    const link = job.links?.[name];
    return link ? [[name, label, link]] : [];
  });
  const labelOf = (field: FormField): string => {
    const own = `form_${field.group.split("/")[0]}_${field.field}`;
    const general = `form_${field.field}`;
    return has(own) ? t(own as Text) : has(general) ? t(general as Text) : field.field;
  };
  const groupName = (group: string, fields: FormField[]): string => {
    const section = `section_${group.split("/")[0]}`;
    const name = group === "person" ? t("section_basics") : has(section) ? t(section as Text) : group;
    return group.includes("/") ? `${name}: ${fields.slice(0, 2).map((field) => field.value).join(", ")}` : name;
  };
  const money = (value: number): string => formatNumber(value, { style: "currency", currency: "USD", maximumFractionDigits: 4 });
  return (
    <div className="stack loose">
      <section className="stack" aria-labelledby="files">
        <h2 id="files">{t("downloads")}</h2>
        <div className="files">
          {files.map(([name, label, link]) => (
            <a
              key={name}
              data-file={name}
              onClick={(event) => {
                if (name !== "resume.json") return;
                event.preventDefault();
                void saveBare(link);
              }}
              className={`file-link ${name === "cv.pdf" ? "main" : ""}`} href={link.url} download={link.file_name} rel="noreferrer">
              <span className="grow">
                <b>{t(label)}</b>
                <span className="soft small">
                  {link.file_name} · {formatNumber(Math.max(1, Math.round(link.bytes / 1024)))} kB
                </span>
              </span>
              <span aria-hidden="true">↓</span>
            </a>
          ))}
        </div>
      </section>

      {certificate && (
        <section className="card stack" aria-labelledby="certificate">
          <div className="row between">
            <h2 id="certificate">{t("certificate")}</h2>
            <span className={`tag ${certificate.verdict === "pass" ? "good" : certificate.verdict === "warn" ? "warn" : "bad"}`}>
              {t(`verdict_${certificate.verdict}` as Text)}
            </span>
          </div>
          <p className="soft">
            {t("certificateText", {
              ok: Object.values(certificate.fields).filter((field) => field.ok).length,
              all: Object.keys(certificate.fields).length,
              extractors: Object.keys(certificate.extractors).join(", "),
            })}
          </p>
          <Checks checks={certificate.checks.filter((check) => !check.ok)} />
          <details>
            <summary>{t("checksPassed", { ok: certificate.checks.filter((check) => check.ok).length, all: certificate.checks.length })}</summary>
            <Checks checks={certificate.checks.filter((check) => check.ok)} />
          </details>
          <details>
            <summary>{t("robotReads")}</summary>
            <div className="table-frame">
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t("field")}</th>
                    <th scope="col">{t("weWrote")}</th>
                    <th scope="col">{t("robotRead")}</th>
                  </tr>
                </thead>
                <tbody>
                  {Object.entries(certificate.fields).map(([pointer, field]) => (
                    <tr key={pointer}>
                      <th scope="row" className="small soft">
                        {pointer.slice(1).replaceAll("/", " › ")}
                      </th>
                      <td dir="auto">{field.sent}</td>
                      <td dir="auto">
                        {field.ok ? "✓" : "✗"} {field.read ?? "–"}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </section>
      )}

      {(job.form_fields?.length ?? 0) > 0 && (
        <section className="card stack" aria-labelledby="form">
          <h2 id="form">{t("applicationForm")}</h2>
          <p className="soft">{t("applicationFormText")}</p>
          {groupsOf(job.form_fields ?? []).map(([group, fields], index) => (
            <details key={group} open={index === 0}>
              <summary>
                <strong dir="auto">{groupName(group, fields)}</strong>
              </summary>
              {fields.map((field, at) => (
                <div key={at} className="copy-row">
                  <span className="soft small">{labelOf(field)}</span>
                  <p dir="auto" className="small">
                    {field.value}
                  </p>
                  <CopyButton value={field.value} label={labelOf(field)} />
                </div>
              ))}
            </details>
          ))}
        </section>
      )}

      {tailored?.cover_letter && <Letter job={job} letter={tailored.cover_letter} />}

      {receipt && (
        <details className="card">
          <summary>
            <strong>{t("receipt")}</strong> <span className="soft">{money(receipt.usd["total"] ?? 0)}</span>
          </summary>
          <div className="table-frame">
            <table>
              <thead>
                <tr>
                  <th scope="col">{t("stage")}</th>
                  <th scope="col" className="number">
                    {t("seconds")}
                  </th>
                  <th scope="col" className="number">
                    {t("cost")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {Object.entries(receipt.stages).map(([stage, cost]) => (
                  <tr key={stage}>
                    <th scope="row">{has(`stage_${stage}`) ? t(`stage_${stage}` as Text) : stage}</th>
                    <td className="number">{formatNumber(cost.estimated_ms / 1000, { maximumFractionDigits: 2 })}</td>
                    <td className="number">{formatNumber(cost.usd, { style: "currency", currency: "USD", maximumFractionDigits: 6 })}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className="soft small">{t("pricesOf", { date: receipt.price_table })}</p>
        </details>
      )}
      <Delete job={job.job_id} />
    </div>
  );
}

/** The letter, to copy or to change; changed sentences count as the person's own. */
function Letter({ job, letter }: { job: JobView; letter: CoverLetter }) {
  const { t } = useInterface();
  const written = letterText(letter);
  const [text, setText] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef("");
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    key.current ||= newIdempotencyKey();
    try {
      const made = await editResume(job.job_id, { cover_letter: editedLetter(letter, text ?? written) as unknown as Record<string, unknown> }, job.etags?.resume ?? "", key.current);
      navigate(`/jobs/${made.job_id}/download`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
      key.current = "";
    }
  };
  return (
    <section className="card stack" aria-labelledby="letter">
      <div className="row between">
        <h2 id="letter">{t("coverLetter")}</h2>
        <div className="row">
          {text === null && (
            <button type="button" className="button" onClick={() => setText(written)} aria-label={`${t("tabEdit")}: ${t("coverLetter")}`}>
              {t("tabEdit")}
            </button>
          )}
          <CopyButton value={text ?? written} label={t("coverLetter")} />
        </div>
      </div>
      {text === null ? (
        <p className="prose" dir="auto">
          {written}
        </p>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <label>
            <span className="visually-hidden">{t("coverLetter")}</span>
            <textarea className="letter" dir="auto" value={text} onChange={(event) => setText(event.target.value)} />
          </label>
          {error !== null && <Problem error={error} />}
          <div className="row">
            <button type="submit" className="button primary" disabled={busy || text.trim() === written || !text.trim()}>
              {t("saveVersion")}
            </button>
            <button type="button" className="button" onClick={() => setText(null)}>
              {t("discardDraft")}
            </button>
          </div>
        </form>
      )}
    </section>
  );
}

/** JSON Resume as other programs expect it, out of the envelope that the pipeline keeps it in. */
async function saveBare(link: Link): Promise<void> {
  const document = await readArtefact<{ resume?: unknown }>(link);
  const address = URL.createObjectURL(new Blob([JSON.stringify(document.resume ?? document, null, 2)], { type: "application/json" }));
  const anchor = window.document.createElement("a");
  anchor.href = address;
  anchor.download = link.file_name;
  anchor.click();
  URL.revokeObjectURL(address);
}

export function CopyButton({ value, label }: { value: string; label: string }) {
  const { t } = useInterface();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(value).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    });
  };
  return (
    <button type="button" className="button" onClick={copy} aria-label={`${t("copy")}: ${label}`}>
      <span aria-live="polite">{copied ? t("copied") : t("copy")}</span>
    </button>
  );
}

export function Delete({ job, onDeleted }: { job: string; onDeleted?: () => void }) {
  const { t } = useInterface();
  const queries = useQueryClient();
  const remove = async (): Promise<void> => {
    await deleteJob(job);
    forgetDraft(job);
    try {
      localStorage.removeItem(keptName(`note.${job}`));
    } catch {
      // Nothing was kept.
    }
    queries.removeQueries({ queryKey: ["artefact", job] });
    queries.removeQueries({ queryKey: ["job", job] });
    await queries.invalidateQueries({ queryKey: ["jobs"] });
    if (onDeleted) onDeleted();
    else navigate("/cvs");
  };
  return <DeleteDialog label={t("delete")} title={t("deleteTitle")} text={t("deleteText")} remove={remove} />;
}
