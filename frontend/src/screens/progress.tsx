/** Each stage as it happens, with what it has found so far. The address of this page reopens the job anywhere. */
import { useQuery } from "@tanstack/react-query";
import { type JobView, readArtefact } from "../api/client";
import type { Analysis, Parsed } from "../api/artefacts";
import { type Text, useInterface } from "../i18n";
import { RouteLink } from "../state/router";

const MARKS: Record<string, string> = { done: "✓", failed: "!", skipped: "–" };

export function Progress({ job }: { job: JobView }) {
  const { t } = useInterface();
  const found = useFindings(job);
  const running = job.stages?.find((stage) => stage.state === "running");
  return (
    <div className="progress stack loose">
      <div className="stack tight">
        <h1 tabIndex={-1}>{job.status === "queued" ? t("waitingTitle") : t("workingTitle")}</h1>
        <p className="soft">{t("progressText")}</p>
      </div>
      <p className="visually-hidden" role="status">
        {running ? t("stageNow", { stage: t(`stage_${running.stage}` as Text) }) : t("status_queued")}
      </p>
      <ol className="stages card">
        {(job.stages ?? []).map((stage) => (
          <li key={stage.stage} className={stage.state}>
            <span className="dot" aria-hidden="true">
              {MARKS[stage.state] ?? ""}
            </span>
            <span>
              <strong>{t(`stage_${stage.stage}` as Text)}</strong>
              {found[stage.stage] && <span className="soft small" style={{ display: "block" }}>{found[stage.stage]}</span>}
            </span>
            <span className="small">
              <span className="visually-hidden">{t(`state_${stage.state}` as Text)}</span>
              {stage.stage === "parse" && stage.state === "done" && job.links?.["parsed.json"] && (
                <RouteLink href={`/jobs/${job.job_id}/reading`}>{t("checkReading")}</RouteLink>
              )}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** One line a stage, from what is already stored. */
function useFindings(job: JobView): Partial<Record<string, string>> {
  const { t } = useInterface();
  const parsedLink = job.links?.["parsed.json"];
  const analysisLink = job.links?.["analysis.json"];
  const parsed = useQuery({
    queryKey: ["artefact", job.job_id, "parsed.json", parsedLink?.etag],
    queryFn: ({ signal }) => readArtefact<Parsed>(parsedLink!, signal),
    enabled: Boolean(parsedLink),
    staleTime: Infinity,
  });
  const analysis = useQuery({
    queryKey: ["artefact", job.job_id, "analysis.json", analysisLink?.etag],
    queryFn: ({ signal }) => readArtefact<Analysis>(analysisLink!, signal),
    enabled: Boolean(analysisLink),
    staleTime: Infinity,
  });
  const resume = parsed.data?.resume;
  return {
    ...(resume
      ? {
          parse: t("foundParse", {
            jobs: resume.work?.length ?? 0,
            education: resume.education?.length ?? 0,
            skills: (resume.skills ?? []).reduce((sum, skill) => sum + Math.max(1, skill.keywords?.length ?? 0), 0),
          }),
        }
      : {}),
    ...(analysis.data?.requirements.length ? { analyze: t("foundAnalyze", { count: analysis.data.requirements.length }) } : {}),
  };
}
