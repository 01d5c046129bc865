/** From a claim to the places of the uploaded document that it rests on. */
import type { Parsed, Span, Tailored } from "../api/artefacts";

/** Spans of a pointer: its own, or those of everything below it (an entry's parts). */
export function spansOf(parsed: Parsed | undefined, pointers: string[]): Span[] {
  if (!parsed) return [];
  const found: Span[] = [];
  for (const pointer of pointers) {
    const own = parsed.provenance[pointer];
    if (own) found.push(...own);
    else for (const [key, spans] of Object.entries(parsed.provenance)) if (key.startsWith(`${pointer}/`)) found.push(...spans);
  }
  return found;
}

/** Where in the CV a string of the result comes from. */
export function sourcesOf(tailored: Tailored | undefined, pointer: string): string[] {
  const claim = tailored?.claims[pointer];
  return claim ? claim.sources.filter((source) => source.kind === "cv").map((source) => source.pointer) : [pointer];
}

/** The value a JSON Pointer names, or undefined. */
export function resolvePointer(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
