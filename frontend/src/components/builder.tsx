/** The editor with its tools, and the live PDF beside it. Keeps a draft in this browser until it is saved. */
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Resume } from "../api/artefacts";
import { useInterface } from "../i18n";
import { type Design, forgetDraft, keepDraft, readDraft } from "../state/draft";
import { useHistory } from "../state/history";
import { setAt, withoutBlanks } from "../state/resume";
import { DesignControls } from "./design-options";
import { Dialog } from "./dialog";
import { ImproveDialog, type Improving } from "./improve-dialog";
import { LivePreview } from "./live-preview";
import { Problem } from "./problem";
import { ResumeEditor } from "./resume-editor";

export function Builder(props: {
  job: string | null;
  initial: Resume;
  design: Design;
  busy: boolean;
  error: unknown;
  saveLabel: string;
  extra?: ReactNode;
  onSave: (resume: Resume, design: Design, changed: boolean) => Promise<boolean>;
}) {
  const { t } = useInterface();
  const [draft] = useState(() => readDraft(props.job));
  const history = useHistory<Resume>(draft?.resume ?? props.initial);
  const [design, setDesign] = useState<Design>(draft?.design ?? props.design);
  const [improving, setImproving] = useState<Improving | null>(null);
  const [previewOpen, setPreviewOpen] = useState(false);
  const importInput = useRef<HTMLInputElement>(null);
  const [importFailed, setImportFailed] = useState(false);
  const { value: resume, set, undo, redo } = history;
  const changed = resume !== props.initial;

  useEffect(() => {
    if (!changed && design === props.design) return;
    const timer = setTimeout(() => {
      keepDraft(props.job, { resume, design });
    }, 400);
    return () => clearTimeout(timer);
  }, [resume, design, props.job, changed, props.design]);

  useEffect(() => {
    const keys = (event: KeyboardEvent): void => {
      if (!(event.metaKey || event.ctrlKey) || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      if (event.shiftKey) redo();
      else undo();
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, [undo, redo]);

  const request = useMemo(
    () => ({ resume: withoutBlanks(resume) as Record<string, unknown>, template: design.template, options: design.options }),
    [resume, design],
  );

  const exportJson = (): void => {
    const address = URL.createObjectURL(new Blob([JSON.stringify(withoutBlanks(resume), null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = "resume.json";
    link.click();
    URL.revokeObjectURL(address);
  };
  const importJson = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    try {
      const document: unknown = JSON.parse(await file.text());
      if (!document || typeof document !== "object" || Array.isArray(document)) throw new Error("not a resume");
      set(document as Resume);
      setImportFailed(false);
    } catch {
      setImportFailed(true);
    }
  };
  const save = async (): Promise<void> => {
    if (await props.onSave(resume, design, changed)) forgetDraft(props.job);
  };
  const startOver = (): void => {
    set(props.initial);
    setDesign(props.design);
    forgetDraft(props.job);
  };

  return (
    <div className="split">
      <div>
        <div className="toolbar" role="toolbar" aria-label={t("tools")}>
          <button type="button" className="button primary" disabled={props.busy || (!changed && design === props.design)} onClick={() => void save()}>
            {props.saveLabel}
          </button>
          <button type="button" className="button icon" aria-label={t("undo")} disabled={!history.canUndo} onClick={undo}>
            <span aria-hidden="true">↶</span>
          </button>
          <button type="button" className="button icon" aria-label={t("redo")} disabled={!history.canRedo} onClick={redo}>
            <span aria-hidden="true">↷</span>
          </button>
          <button type="button" className="button only-narrow" onClick={() => setPreviewOpen(true)}>
            {t("preview")}
          </button>
          <details className="menu">
            <summary className="button">{t("more")}</summary>
            <div className="card stack tight">
              <button type="button" className="button quiet" onClick={exportJson}>
                {t("exportJson")}
              </button>
              <input ref={importInput} id="import-json" type="file" accept=".json,application/json" className="visually-hidden" onChange={(event) => void importJson(event.target.files?.[0])} />
              <label htmlFor="import-json" className="button quiet">
                {t("importJson")}
              </label>
              <button type="button" className="button quiet" onClick={startOver}>
                {t("discardDraft")}
              </button>
            </div>
          </details>
        </div>
        <div className="stack">
          {props.error !== null && <Problem error={props.error} />}
          {importFailed && <p className="message bad">{t("importFailed")}</p>}
          {draft && changed && <p className="message">{t("draftRestored")}</p>}
          {props.extra}
          <details className="section">
            <summary>{t("theLook")}</summary>
            <div>
              <DesignControls design={design} onChange={setDesign} />
            </div>
          </details>
          <ResumeEditor resume={resume} onChange={set} onImprove={props.job ? (path, text) => setImproving({ path, text }) : undefined} orderable />
        </div>
      </div>
      <div className="aside on-demand" tabIndex={0} role="group" aria-label={t("preview")}>
        <LivePreview request={request} />
      </div>
      <Dialog title={t("preview")} open={previewOpen} onClose={() => setPreviewOpen(false)} wide>
        <LivePreview request={request} />
      </Dialog>
      {props.job && (
        <ImproveDialog
          job={props.job}
          improving={improving}
          onClose={() => setImproving(null)}
          onTake={(path, text) => {
            set(setAt(resume, path, text));
            setImproving(null);
          }}
        />
      )}
    </div>
  );
}
