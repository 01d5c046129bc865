/** The same CV for another posting. */
import { useRef, useState } from "react";
import { createTailoring, newIdempotencyKey } from "../api/client";
import { useInterface } from "../i18n";
import { navigate } from "../state/router";
import { Dialog } from "./dialog";
import { Problem } from "./problem";

export function TailorDialog({ job, open, onClose }: { job: string; open: boolean; onClose: () => void }) {
  const { t } = useInterface();
  const [posting, setPosting] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef("");
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    key.current ||= newIdempotencyKey();
    try {
      const made = await createTailoring(job, { posting }, key.current);
      key.current = "";
      onClose();
      navigate(`/jobs/${made.job_id}`);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("anotherPosting")} open={open} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <label className="field">
          <span>{t("postingText")}</span>
          <textarea
            required
            rows={10}
            maxLength={200_000}
            value={posting}
            placeholder={t("postingPlaceholder")}
            onChange={(event) => {
              setPosting(event.target.value);
              key.current = "";
            }}
          />
        </label>
        {error !== null && <Problem error={error} />}
        <div className="row">
          <button type="submit" className="button primary" disabled={busy || !posting.trim()}>
            {t("tailorNow")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
