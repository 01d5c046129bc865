/** The uploaded document beside the work; on a phone, in a dialog when asked for. */
import type { JobView } from "../api/client";
import type { Parsed, Span } from "../api/artefacts";
import { useInterface } from "../i18n";
import { MarkedText, PdfPages } from "../pdf/document";

export function SourceViewer({ job, parsed, spans }: { job: JobView; parsed: Parsed | undefined; spans: Span[] }) {
  const { t } = useInterface();
  const source = job.links?.["source"];
  const isPdf = source?.content_type === "application/pdf";
  return (
    <section className="pages" aria-label={t("yourDocument")}>
      {isPdf && source ? (
        <PdfPages key={source.etag} url={source.url} spans={spans.filter((span) => span.page && span.bbox)} />
      ) : parsed ? (
        <MarkedText text={parsed.text} spans={spans} />
      ) : (
        <p className="soft">{t("documentUnavailable")}</p>
      )}
    </section>
  );
}
