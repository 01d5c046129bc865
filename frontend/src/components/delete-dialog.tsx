import { type ReactNode, useState } from "react";
import { useInterface } from "../i18n";
import { Dialog } from "./dialog";
import { Problem } from "./problem";

interface Properties {
  label: string;
  title: string;
  text: string;
  /** What is said while it runs. */
  status?: ReactNode;
  remove: () => Promise<void>;
}

/** A button that asks once more, then deletes; what goes wrong is said in the dialog. */
export function DeleteDialog({ label, title, text, status, remove }: Properties) {
  const { t } = useInterface();
  const [open, setOpen] = useState(false);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (): Promise<void> => {
    setError(null);
    setRunning(true);
    try {
      await remove();
      setOpen(false);
    } catch (failure) {
      setError(failure);
    }
    setRunning(false);
  };
  return (
    <div>
      <button type="button" className="button danger" onClick={() => setOpen(true)}>
        {label}
      </button>
      <Dialog title={title} open={open} onClose={() => setOpen(false)}>
        <p>{text}</p>
        {error !== null && <Problem error={error} />}
        {status !== undefined && (
          <p role="status" className="soft">
            {running && status}
          </p>
        )}
        <div className="row">
          <button type="button" className="button danger" disabled={running} onClick={() => void run()}>
            {t("deleteNow")}
          </button>
          <button type="button" className="button" onClick={() => setOpen(false)}>
            {t("keep")}
          </button>
        </div>
      </Dialog>
    </div>
  );
}
