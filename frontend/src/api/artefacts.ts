/** The artefacts that screens read, as DESIGN's contract has them. */
export interface Span {
  start: number;
  end: number;
  page?: number | null;
  bbox?: [number, number, number, number] | null;
  block?: string | null;
}
export interface Entry {
  [field: string]: unknown;
  highlights?: string[];
  keywords?: string[];
}
export interface Resume {
  basics?: { name?: string; label?: string; summary?: string; email?: string; [field: string]: unknown };
  work?: Entry[];
  education?: Entry[];
  skills?: Entry[];
  meta?: Record<string, unknown>;
  [section: string]: unknown;
}
export interface Parsed {
  resume: Resume;
  provenance: Record<string, Span[]>;
  text: string;
  confidence: Record<string, number>;
  layout: { pages: number; format?: string; scanned?: boolean; language?: string | null };
  unparsed: { start: number; end: number }[];
}
export interface Requirement {
  id: string;
  text: string;
  kind: string;
  must: boolean;
  weight: number;
}
/** What an English sentence of an artefact says, as a code and its blanks. */
export interface Note {
  code: string;
  parameters?: Record<string, string>;
}
export interface Finding {
  code: string;
  severity: "error" | "warning" | "info";
  pointer: string;
  message: string;
  advice: string;
  parameters?: Record<string, string>;
}
export interface Analysis {
  posting: { title?: string | null; employer?: string | null; text: string } | null;
  requirements: Requirement[];
  findings: Finding[];
}
export interface Match {
  requirement_id: string;
  state: "met" | "partly" | "adjacent" | "missing";
  reason: string;
  note?: Note | null;
  evidence: { pointer: string; job_id?: string | null; method: string; similarity: number }[];
}
export interface EvidenceData {
  matches: Match[];
  fit: { value: number } | null;
  career_memory: { job_id: string; pointer: string; text: string; requirement_id?: string | null; similarity: number }[];
}
export interface Source {
  kind: "cv" | "person" | "posting" | "formula";
  pointer: string;
}
export interface Tailored {
  resume: Resume;
  claims: Record<string, { sources: Source[]; engine: string; requirements: string[] }>;
  changes: { pointer: string; before: string; after: string; reason: string; note?: Note | null }[];
  rejected: { text: string; source_ids: string[]; reasons: { code: string; detail: string }[] }[];
  fit: number | null;
  visibility: { before: number; after: number } | null;
  cover_letter: { paragraphs: { sentences: { text: string; sources: Source[] }[] }[] } | null;
}
export interface Certificate {
  verdict: "pass" | "warn" | "fail";
  fields: Record<string, { sent: string; read: string | null; ok: boolean }>;
  extractors: Record<string, { version: string; agreement: number }>;
  checks: { code: string; ok: boolean; detail: string }[];
}
export interface Receipt {
  stages: Record<string, { estimated_ms: number; memory_mb: number; cold: boolean; usd: number }>;
  usd: Record<string, number>;
  price_table: string;
}
