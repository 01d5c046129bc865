/** The uploaded document with marks on it: pages of a PDF by pdf.js (loaded when first needed), else its text. */
import { useEffect, useRef, useState } from "react";
import type { PDFDocumentProxy } from "pdfjs-dist";
import type { Span } from "../api/artefacts";
import { useInterface } from "../i18n";

export async function openPdf(data: ArrayBuffer | string): Promise<PDFDocumentProxy> {
  const [pdfjs, worker] = await Promise.all([import("pdfjs-dist"), import("pdfjs-dist/build/pdf.worker.min.mjs?url")]);
  pdfjs.GlobalWorkerOptions.workerSrc = worker.default;
  const source = typeof data === "string" ? { url: data } : { data: new Uint8Array(data) };
  // No eval (the content policy forbids it), no scripts, no forms, nothing fetched from elsewhere.
  return pdfjs.getDocument({ ...source, isEvalSupported: false, enableXfa: false, disableAutoFetch: true }).promise;
}

/** Draws a page aside and shows it when finished, so that nothing flickers. */
export async function drawPage(pdf: PDFDocumentProxy, number: number, target: HTMLCanvasElement, width: number): Promise<void> {
  const page = await pdf.getPage(number);
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const base = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: (Math.max(width, 280) / base.width) * ratio });
  const scratch = document.createElement("canvas");
  scratch.width = Math.floor(viewport.width);
  scratch.height = Math.floor(viewport.height);
  await page.render({ canvas: scratch, viewport }).promise;
  target.width = scratch.width;
  target.height = scratch.height;
  target.getContext("2d")?.drawImage(scratch, 0, 0);
}

function PdfPage({ pdf, number, spans }: { pdf: PDFDocumentProxy; number: number; spans: Span[] }) {
  const { t } = useInterface();
  const canvas = useRef<HTMLCanvasElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    let current = true;
    void pdf.getPage(number).then((page) => {
      const { width, height } = page.getViewport({ scale: 1 });
      if (current) setSize({ width, height });
    });
    if (canvas.current && sheet.current) void drawPage(pdf, number, canvas.current, sheet.current.clientWidth).catch(() => undefined);
    return () => {
      current = false;
    };
  }, [pdf, number]);
  useEffect(() => {
    if (spans.length && size) {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      sheet.current?.querySelector(".box")?.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    }
  }, [spans, size]);
  return (
    <div ref={sheet} className="page-sheet" style={size ? { aspectRatio: `${size.width} / ${size.height}` } : { aspectRatio: "210 / 297" }}>
      <canvas ref={canvas} role="img" aria-label={t("pageNumber", { number })} />
      {size &&
        spans.map(({ bbox }, index) =>
          bbox ? (
            <div
              key={index}
              className="box"
              style={{
                left: `${(bbox[0] / size.width) * 100}%`,
                top: `${(bbox[1] / size.height) * 100}%`,
                width: `${((bbox[2] - bbox[0]) / size.width) * 100}%`,
                height: `${((bbox[3] - bbox[1]) / size.height) * 100}%`,
              }}
            />
          ) : null,
        )}
    </div>
  );
}

/** A PDF from an address, page by page. */
export function PdfPages({ url, spans }: { url: string; spans: Span[] }) {
  const { t } = useInterface();
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);
  const [failed, setFailed] = useState(false);
  const opened = useRef(url);
  useEffect(() => {
    let current = true;
    let document: PDFDocumentProxy | undefined;
    // A renewed link is the same document: open it once.
    openPdf(opened.current)
      .then((loaded) => {
        document = loaded;
        if (current) setPdf(loaded);
        else void loaded.destroy();
      })
      .catch(() => current && setFailed(true));
    return () => {
      current = false;
      void document?.destroy();
    };
  }, []);
  if (failed) return <p className="message warn">{t("documentUnavailable")}</p>;
  if (!pdf) return <div className="page-sheet" style={{ aspectRatio: "210 / 297" }} aria-busy="true" />;
  return (
    <>
      {Array.from({ length: pdf.numPages }, (_, index) => (
        <PdfPage key={index} pdf={pdf} number={index + 1} spans={spans.filter((span) => span.page === index + 1)} />
      ))}
    </>
  );
}

/** The text as it was read, with the spans marked. Offsets count code points, as the contract says. */
export function MarkedText({ text, spans }: { text: string; spans: Span[] }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (spans.length) element.current?.querySelector("mark")?.scrollIntoView({ block: "center" });
  }, [spans]);
  const points = [...text];
  const parts: { text: string; marked: boolean }[] = [];
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < at) continue;
    parts.push({ text: points.slice(at, span.start).join(""), marked: false });
    parts.push({ text: points.slice(span.start, span.end).join(""), marked: true });
    at = span.end;
  }
  parts.push({ text: points.slice(at).join(""), marked: false });
  return (
    <div ref={element} className="text-source" dir="auto">
      {parts.map((part, index) => (part.marked ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>))}
    </div>
  );
}
