/** Edits the result beside the live PDF, and saves it as a new version. */
import { useRef, useState } from "react";
import type { Resume } from "../api/artefacts";
import { editResume, type JobView, newIdempotencyKey } from "../api/client";
import { useArtefact } from "../api/queries";
import { Builder } from "../components/builder";
import { Problem } from "../components/problem";
import { useInterface } from "../i18n";
import { withoutBlanks } from "../state/resume";
import { navigate } from "../state/router";

export default function Edit({ job }: { job: JobView }) {
  const { t } = useInterface();
  const result = useArtefact<{ resume?: Resume } & Resume>(job, "resume.json");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef("");
  const [design] = useState(() => ({ template: job.template, options: job.options ?? {} }));
  if (result.error) return <Problem error={result.error} onRetry={() => void result.refetch()} />;
  if (!result.data) return <p className="soft">{t("loading")}</p>;
  const resume = result.data.resume ?? result.data;
  return (
    <Builder
      job={job.job_id}
      initial={resume}
      design={design}
      busy={busy}
      error={error}
      saveLabel={t("saveVersion")}
      onSave={async (edited, chosen, changed) => {
        setBusy(true);
        setError(null);
        key.current ||= newIdempotencyKey();
        try {
          const made = await editResume(
            job.job_id,
            {
              ...(changed ? { resume: withoutBlanks(edited) } : {}),
              template: chosen.template,
              options: chosen.options,
            },
            job.etags?.resume ?? "",
            key.current,
          );
          navigate(`/jobs/${made.job_id}/download`);
          return true;
        } catch (failure) {
          setError(failure);
          setBusy(false);
          key.current = "";
          return false;
        }
      }}
    />
  );
}
