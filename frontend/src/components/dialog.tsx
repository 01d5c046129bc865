/** A modal on the platform's own <dialog>: focus is kept inside and given back, Escape closes. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useInterface } from "../i18n";

export function Dialog(props: { title: string; open: boolean; onClose: () => void; wide?: boolean; children: ReactNode }) {
  const { t } = useInterface();
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    if (props.open && !dialog.open) dialog.showModal();
    if (!props.open && dialog.open) dialog.close();
  }, [props.open]);
  return (
    <dialog ref={element} className={props.wide ? "wide" : undefined} aria-labelledby={heading} onClose={props.onClose}>
      {props.open && (
        <div className="stack">
          <div className="row between">
            <h2 id={heading}>{props.title}</h2>
            <button type="button" className="button icon quiet" aria-label={t("close")} onClick={props.onClose}>
              ✕
            </button>
          </div>
          {props.children}
        </div>
      )}
    </dialog>
  );
}
