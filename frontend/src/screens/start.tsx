/** Drop a CV, paste the job, choose a look. */
import { useRef, useState, type DragEvent } from "react";
import { createJob, newIdempotencyKey, upload } from "../api/client";
import { Problem } from "../components/problem";
import { TemplatePicker } from "../components/template-picker";
import { type Text, useInterface } from "../i18n";
import { CV_SUFFIXES, POSTING_SUFFIXES, refusal } from "../state/files";
import { navigate, RouteLink } from "../state/router";
import { useSessionValue } from "../state/session";

const CV_MEGABYTES = 20;
const POSTING_MEGABYTES = 5;

/** A sheet with an arrow, or with a tick once it is chosen. */
function DocumentMark({ ready }: { ready: boolean }) {
  return (
    <svg className="document-mark" viewBox="0 0 40 48" width="40" height="48" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" strokeLinejoin="round">
      <path d="M5 3h20l10 10v32H5z M25 3v10h10" />
      <path d={ready ? "M13 29l5.5 5.5L28 24" : "M20 37V22 M14 28l6-6 6 6"} />
    </svg>
  );
}

export function Start() {
  const { t, formatNumber } = useInterface();
  const [file, setFile] = useState<File | null>(null);
  const [fileProblem, setFileProblem] = useState<Text | null>(null);
  // After a file that did not work, nobody should have to paste the job again.
  const [posting, setPosting] = useSessionValue("cvmaker.posting", "");
  const [postingFile, setPostingFile] = useState<File | null>(null);
  const [postingProblem, setPostingProblem] = useState<Text | null>(null);
  const [template, setTemplate] = useSessionValue("cvmaker.template", "classic");
  const [useAi, setUseAi] = useState(true);
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const input = useRef<HTMLInputElement>(null);
  const postingInput = useRef<HTMLInputElement>(null);
  const attempt = useRef<string>("");

  const chooseCv = (chosen: File | undefined): void => {
    if (!chosen) return;
    const problem = refusal(chosen, CV_SUFFIXES, CV_MEGABYTES);
    setFileProblem(problem);
    setFile(problem ? null : chosen);
    attempt.current = "";
  };
  const choosePosting = (chosen: File | undefined): void => {
    if (!chosen) return;
    const problem = refusal(chosen, POSTING_SUFFIXES, POSTING_MEGABYTES);
    setPostingProblem(problem);
    setPostingFile(problem ? null : chosen);
    attempt.current = "";
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    chooseCv(event.dataTransfer.files[0]);
  };

  const submit = async (): Promise<void> => {
    if (!file) {
      setFileProblem("fileMissing");
      input.current?.focus();
      return;
    }
    setError(null);
    setSent(0);
    // Pressing the button again after a lost connection must not make a second job.
    attempt.current ||= newIdempotencyKey();
    try {
      const job = await createJob(
        {
          file: { name: file.name, bytes: file.size },
          ...(postingFile ? { posting_file: { name: postingFile.name, bytes: postingFile.size } } : posting.trim() ? { posting } : {}),
          template,
          use_ai: useAi,
        },
        attempt.current,
      );
      for (const target of job.uploads ?? []) {
        const body = target.purpose === "posting" ? postingFile : file;
        if (body) await upload(target, body, (share) => setSent(target.purpose === "source" ? share : share / 10));
      }
      navigate(`/jobs/${job.job_id}`);
    } catch (failure) {
      setSent(null);
      setError(failure);
    }
  };

  return (
    <>
      <div className="hero stack">
        <h1 tabIndex={-1}>{t("heroTitle")}</h1>
        <p>{t("heroText")}</p>
      </div>
      <form
        className="start"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <section className="card stack" aria-labelledby="step-cv">
          <div className="step">
            <span aria-hidden="true">1</span>
            <h2 id="step-cv">{t("yourCv")}</h2>
          </div>
          <div
            className="drop"
            data-drop-target={over || undefined}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
            onClick={(event) => {
              // The label and the input have their own; the rest of the area is for those who aim less well.
              if (event.target === event.currentTarget || (event.target as HTMLElement).closest("svg, p")) input.current?.click();
            }}
          >
            <DocumentMark ready={file !== null} />
            {file ? (
              <>
                <p className="file">{file.name}</p>
                <p className="soft small">{formatNumber(Math.max(1, Math.round(file.size / 1024)))} kB</p>
              </>
            ) : (
              <>
                <p>{t("dropCv")}</p>
                <p className="soft small">{t("cvFormats")}</p>
              </>
            )}
            <input
              ref={input}
              id="cv-file"
              className="visually-hidden"
              type="file"
              accept=".pdf,.docx,.json,.md,.txt,application/pdf,application/vnd.openxmlformats-officedocument.wordprocessingml.document"
              aria-describedby={fileProblem ? "cv-problem" : undefined}
              aria-invalid={fileProblem ? true : undefined}
              onChange={(event) => chooseCv(event.target.files?.[0])}
            />
            <label htmlFor="cv-file" className="button">
              {file ? t("chooseOther") : t("chooseFile")}
            </label>
          </div>
          <div id="cv-problem" aria-live="assertive">
            {fileProblem && <p className="message bad">{t(fileProblem, { limit: CV_MEGABYTES })}</p>}
          </div>
          <p className="small">
            <RouteLink href="/new">{t("startFromScratch")}</RouteLink>
          </p>
        </section>

        <section className="card stack" aria-labelledby="step-posting">
          <div className="step">
            <span aria-hidden="true">2</span>
            <h2 id="step-posting">{t("theJob")}</h2>
          </div>
          {postingFile ? (
            <div className="drop">
              <p className="file">{postingFile.name}</p>
              <button type="button" className="button" onClick={() => setPostingFile(null)}>
                {t("removeFile")}
              </button>
            </div>
          ) : (
            <label className="field">
              <span className="visually-hidden">{t("postingText")}</span>
              <textarea
                value={posting}
                maxLength={200_000}
                placeholder={t("postingPlaceholder")}
                onChange={(event) => {
                  setPosting(event.target.value);
                  attempt.current = "";
                }}
              />
            </label>
          )}
          <div className="row between">
            <span>
              <input
                ref={postingInput}
                id="posting-file"
                className="visually-hidden"
                type="file"
                accept=".pdf,.docx,.png,.jpg,.jpeg,.txt"
                onChange={(event) => {
                  choosePosting(event.target.files?.[0]);
                  event.target.value = "";
                }}
              />
              <label htmlFor="posting-file" className="button quiet">
                {t("uploadPosting")}
              </label>
            </span>
            <span className="soft small">{t("postingOptional")}</span>
          </div>
          <div aria-live="assertive">{postingProblem && <p className="message bad">{t(postingProblem, { limit: POSTING_MEGABYTES })}</p>}</div>
        </section>

        <section className="card stack wide" aria-labelledby="step-look">
          <div className="step">
            <span aria-hidden="true">3</span>
            <h2 id="step-look">{t("theLook")}</h2>
          </div>
          <TemplatePicker name="template" value={template} onChange={setTemplate} />
        </section>

        <div className="wide stack">
          <label className="check">
            <input type="checkbox" checked={useAi} onChange={(event) => setUseAi(event.target.checked)} />
            <span>
              {t("useAi")}
              <span className="soft small" style={{ display: "block" }}>
                {t("useAiText")}
              </span>
            </span>
          </label>
          {error !== null && <Problem error={error} />}
          <div className="row">
            <button type="submit" className="button primary large" disabled={sent !== null}>
              {sent === null ? t("makeMyCv") : t("uploading", { percent: Math.round(sent * 100) })}
            </button>
            <span className="visually-hidden" role="status">
              {sent === null ? "" : t("uploadingStatus")}
            </span>
          </div>
        </div>
      </form>
    </>
  );
}
