/** A CV written here, without any upload. */
import { useRef, useState } from "react";
import { createJob, newIdempotencyKey } from "../api/client";
import { Builder } from "../components/builder";
import { useInterface } from "../i18n";
import { withoutBlanks } from "../state/resume";
import { navigate } from "../state/router";
import { useSessionValue } from "../state/session";
import type { Resume } from "../api/artefacts";

const EMPTY: Resume = { basics: { name: "" }, work: [{ highlights: [""] }], education: [{}], skills: [{}] };
const DESIGN = { template: "classic", options: {} };

export default function Scratch() {
  const { t } = useInterface();
  const [posting, setPosting] = useSessionValue("cvmaker.posting", "");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef("");
  return (
    <div className="stack">
      <h1 tabIndex={-1}>{t("startFromScratch")}</h1>
      <Builder
        job={null}
        initial={EMPTY}
        design={DESIGN}
        busy={busy}
        error={error}
        saveLabel={t("makeMyCv")}
        extra={
          <label className="field">
            <span>
              {t("theJob")} <span className="soft small">{t("postingOptional")}</span>
            </span>
            <textarea rows={4} maxLength={200_000} value={posting} placeholder={t("postingPlaceholder")} onChange={(event) => setPosting(event.target.value)} />
          </label>
        }
        onSave={async (resume, design) => {
          setBusy(true);
          setError(null);
          key.current = newIdempotencyKey();
          try {
            const made = await createJob(
              { resume: withoutBlanks(resume), template: design.template, options: design.options, ...(posting.trim() ? { posting } : {}) },
              key.current,
            );
            navigate(`/jobs/${made.job_id}`);
            return true;
          } catch (failure) {
            setError(failure);
            setBusy(false);
            return false;
          }
        }}
      />
    </div>
  );
}
