/** One job: progress while it runs, the result when it is done. */
import { lazy, Suspense, useState } from "react";
import type { JobView } from "../api/client";
import { ApiProblem } from "../api/client";
import { isFinal, useJob } from "../api/queries";
import { Problem } from "../components/problem";
import { TailorDialog } from "../components/tailor-dialog";
import { type Text, useInterface } from "../i18n";
import { RouteLink } from "../state/router";
import { Progress } from "./progress";

const Review = lazy(() => import("./review"));
const Edit = lazy(() => import("./edit"));
const Download = lazy(() => import("./download"));
const Reading = lazy(() => import("./reading"));

const TABS = [
  ["review", "tabReview"],
  ["edit", "tabEdit"],
  ["download", "tabDownload"],
  ["reading", "tabReading"],
] as const;

export default function JobScreen({ id, tab }: { id: string; tab?: string | undefined }) {
  const { t } = useInterface();
  const { data: job, error, refetch } = useJob(id);
  if (!job) {
    if (!error) return <p className="soft loading">{t("loading")}</p>;
    return (
      <div className="progress stack">
        <h1 tabIndex={-1}>{error instanceof ApiProblem && error.status === 404 ? t("jobNotFound") : t("somethingWrong")}</h1>
        <Problem error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (job.status === "deleted") {
    return (
      <div className="progress stack">
        <h1 tabIndex={-1}>{t("jobDeleted")}</h1>
        <p>
          <RouteLink href="/">{t("navStart")}</RouteLink>
        </p>
      </div>
    );
  }
  if (job.status === "failed") return <Failed job={job} />;
  if (!isFinal(job) && !(tab === "reading" && job.links?.["parsed.json"])) return <Progress job={job} />;
  return <Result job={job} tab={tab ?? "review"} />;
}

function Failed({ job }: { job: JobView }) {
  const { t } = useInterface();
  return (
    <div className="progress stack loose">
      <h1 tabIndex={-1}>{t("failedTitle")}</h1>
      <div className="message bad" role="alert">
        <strong dir="auto">{job.error?.message}</strong>
        {job.error?.advice && <span dir="auto">{job.error.advice}</span>}
      </div>
      <div className="row">
        <RouteLink href="/" className="button primary">
          {t("tryAnotherFile")}
        </RouteLink>
      </div>
    </div>
  );
}

function Result({ job, tab }: { job: JobView; tab: string }) {
  const { t } = useInterface();
  const [tailoring, setTailoring] = useState(false);
  const running = !isFinal(job);
  const name = job.title ? (job.employer ? t("titleAtEmployer", { title: job.title, employer: job.employer }) : job.title) : job.employer || t("yourCv");
  return (
    <>
      <div className="result-head">
        <div className="stack tight">
          <p className="soft small">{running ? t("workingTitle") : t("resultFor")}</p>
          <h1 tabIndex={-1}>{name}</h1>
          {job.superseded_by && (
            <p className="message warn">
              <span>
                {t("newerVersion")} <RouteLink href={`/jobs/${job.superseded_by}/review`}>{t("openNewer")}</RouteLink>
              </span>
            </p>
          )}
        </div>
        {!running && (
          <div className="scores">
            {typeof job.visibility_after === "number" && <Score label="visibility" before={job.visibility_before ?? null} value={job.visibility_after} />}
            {typeof job.fit === "number" && <Score label="fit" before={null} value={job.fit} />}
          </div>
        )}
      </div>
      <div className="row between top result-tools">
        <nav className="tabs grow" aria-label={t("parts")}>
          {TABS.filter(([key]) => !running || key === "reading").map(([key, label]) => (
            <RouteLink key={key} href={`/jobs/${job.job_id}/${key}`} aria-current={tab === key ? "page" : undefined}>
              {t(label)}
            </RouteLink>
          ))}
        </nav>
        {!running && (
          <button type="button" className="button" onClick={() => setTailoring(true)}>
            {t("anotherPosting")}
          </button>
        )}
      </div>
      <TailorDialog job={job.job_id} open={tailoring} onClose={() => setTailoring(false)} />
      <Suspense fallback={<p className="soft loading">{t("loading")}</p>}>
        {tab === "edit" ? <Edit job={job} /> : tab === "download" ? <Download job={job} /> : tab === "reading" ? <Reading job={job} /> : <Review job={job} />}
      </Suspense>
    </>
  );
}

function Score({ label, before, value }: { label: "fit" | "visibility"; before: number | null; value: number }) {
  const { t, formatNumber } = useInterface();
  return (
    <div className="score" title={t(`${label}Explained` as Text)}>
      <span className="small soft">{t(label)}</span>
      <div>
        {before !== null && before !== value && (
          <span className="before">
            <span className="visually-hidden">{t("before")} </span>
            {formatNumber(before)} <span className="arrow" aria-hidden="true">→</span>
            <span className="visually-hidden">{t("after")}</span>{" "}
          </span>
        )}
        <b>{formatNumber(value)}</b>
        <span className="soft small"> / 100</span>
      </div>
      <div className="meter" aria-hidden="true">
        <i style={{ width: `${value}%` }} />
      </div>
    </div>
  );
}
