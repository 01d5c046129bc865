/** The PDF as it will be, from the same renderer: asked for when typing pauses, drawn aside, then swapped in. */
import { useEffect, useRef, useState } from "react";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { preview, type Schemas } from "../api/client";
import { useInterface } from "../i18n";
import { drawPage, openPdf } from "../pdf/document";
import { Problem } from "./problem";

const PAUSE_MILLISECONDS = 350;

export function LivePreview({ request }: { request: Schemas["Preview"] }) {
  // There is no page of nothing, and asking for one would be an error.
  const empty = Object.keys(request.resume).every((section) => section === "meta");
  const { t, formatNumber } = useInterface();
  const frame = useRef<HTMLDivElement>(null);
  const [pages, setPages] = useState(0);
  const [milliseconds, setMilliseconds] = useState<number | null>(null);
  const [busy, setBusy] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const body = JSON.stringify(request);
  const first = useRef(true);

  useEffect(() => {
    if (empty) {
      frame.current?.replaceChildren();
      setPages(0);
      setBusy(false);
      return;
    }
    const abort = new AbortController();
    let opened: PDFDocumentProxy | undefined;
    const timer = setTimeout(
      () => {
        void (async () => {
          setBusy(true);
          const started = performance.now();
          try {
            const bytes = await preview(JSON.parse(body) as Schemas["Preview"], abort.signal);
            const elapsed = performance.now() - started;
            opened = await openPdf(bytes);
            const target = frame.current;
            if (abort.signal.aborted || !target) return;
            const sheets: HTMLElement[] = [];
            for (let number = 1; number <= opened.numPages; number++) {
              const sheet = document.createElement("div");
              sheet.className = "page-sheet";
              const canvas = document.createElement("canvas");
              canvas.setAttribute("role", "img");
              canvas.setAttribute("aria-label", t("pageNumber", { number }));
              sheet.append(canvas);
              await drawPage(opened, number, canvas, target.clientWidth - 26);
              sheets.push(sheet);
            }
            if (abort.signal.aborted) return;
            target.replaceChildren(...sheets);
            setPages(opened.numPages);
            setMilliseconds(Math.round(elapsed));
            setError(null);
          } catch (failure) {
            if (!abort.signal.aborted) setError(failure);
          } finally {
            if (!abort.signal.aborted) setBusy(false);
          }
        })();
      },
      first.current ? 0 : PAUSE_MILLISECONDS,
    );
    first.current = false;
    return () => {
      clearTimeout(timer);
      abort.abort();
      void opened?.destroy();
    };
  }, [body, empty, t]);

  return (
    <section aria-label={t("preview")} aria-busy={busy}>
      <div className="preview-state">
        <span role="status">{empty ? t("previewEmpty") : pages > 0 ? t("pageCount", { count: pages }) : t("loading")}</span>
        <span data-testid="preview-time" data-milliseconds={milliseconds ?? undefined}>
          {busy ? t("updating") : milliseconds !== null && !empty ? `${formatNumber(milliseconds)} ms` : ""}
        </span>
      </div>
      {error !== null && <Problem error={error} />}
      {/* The children of this frame are drawn by hand, so that the old pages stay until the new ones are ready. */}
      <div ref={frame} className="pages" style={{ minHeight: "24rem" }} />
    </section>
  );
}
