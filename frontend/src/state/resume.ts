/** JSON Resume's sections as data, and changes to a CV that leave the old one as it was. */
import type { Entry, Resume } from "../api/artefacts";

export interface SectionShape {
  key: string;
  fields: string[];
  long?: string[];
  /** Lists of sentences, one a line of their own, that can be reordered. */
  bullets?: string[];
  /** Lists of words, written with commas. */
  words?: string[];
}

export const SECTIONS: SectionShape[] = [
  { key: "work", fields: ["position", "name", "location", "startDate", "endDate", "url"], long: ["summary"], bullets: ["highlights"] },
  { key: "education", fields: ["studyType", "area", "institution", "startDate", "endDate", "score"], words: ["courses"] },
  { key: "skills", fields: ["name", "level"], words: ["keywords"] },
  { key: "projects", fields: ["name", "entity", "startDate", "endDate", "url"], long: ["description"], bullets: ["highlights"], words: ["keywords", "roles"] },
  { key: "certificates", fields: ["name", "issuer", "date", "url"] },
  { key: "languages", fields: ["language", "fluency"] },
  { key: "awards", fields: ["title", "awarder", "date"], long: ["summary"] },
  { key: "publications", fields: ["name", "publisher", "releaseDate", "url"], long: ["summary"] },
  { key: "volunteer", fields: ["position", "organization", "startDate", "endDate", "url"], long: ["summary"], bullets: ["highlights"] },
  { key: "interests", fields: ["name"], words: ["keywords"] },
  { key: "references", fields: ["name"], long: ["reference"] },
];
export const BASICS = ["name", "label", "email", "phone", "url"];
export const PLACE = ["city", "region", "postalCode", "countryCode", "address"];

export type Path = (string | number)[];

/** The document with one value replaced; `undefined` removes it. */
export function setAt<T>(document: T, path: Path, value: unknown): T {
  const [head, ...rest] = path;
  if (head === undefined) return value as T;
  if (Array.isArray(document) || typeof head === "number") {
    const copy = Array.isArray(document) ? [...(document as unknown[])] : [];
    copy[head as number] = setAt(copy[head as number], rest, value);
    return copy as T;
  }
  const copy: Record<string, unknown> = { ...(document as Record<string, unknown> | undefined) };
  const next = setAt(copy[head], rest, value);
  if (next === undefined) delete copy[head];
  else copy[head] = next;
  return copy as T;
}

export const entriesOf = (resume: Resume, section: string): Entry[] => (Array.isArray(resume[section]) ? (resume[section] as Entry[]) : []);
export const pointerOf = (path: Path): string => path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
export const textOf = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** What an entry is called: the two fields a reader knows it by. */
export function entryName(entry: unknown): string {
  if (typeof entry === "string") return entry;
  if (!entry || typeof entry !== "object") return "";
  const fields = entry as Entry;
  const known = ["position", "studyType", "title", "area", "name", "organization", "institution", "language", "fluency", "network"];
  return known.map((field) => textOf(fields[field])).filter(Boolean).slice(0, 2).join(", ");
}

/** Section keys in the order they are printed in: the CV's own order, then what it does not name. */
export function sectionOrder(resume: Resume): string[] {
  const own = (resume.meta?.["cvmaker"] as { section_order?: string[]; sections?: unknown[] } | undefined) ?? {};
  const custom = (own.sections ?? []).map((_, index) => `custom/${index}`);
  return [...new Set([...(own.section_order ?? []).map((key) => (key === "basics" ? "summary" : key)), "summary", ...SECTIONS.map((section) => section.key), ...custom])].filter(
    (key) => !key.startsWith("custom/") || custom.includes(key),
  );
}

export function move<T>(list: T[], from: number, to: number): T[] {
  const copy = [...list];
  const [item] = copy.splice(from, 1);
  if (item !== undefined) copy.splice(to, 0, item);
  return copy;
}

/** Without empty texts, lists and entries: what a person left blank is not part of a CV. */
export function withoutBlanks<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutBlanks).filter((item) => !isBlank(item)) as T;
  if (value && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, item]) => [key, withoutBlanks(item)])
        .filter(([, item]) => !isBlank(item)),
    ) as T;
  }
  return (typeof value === "string" ? value.trim() : value) as T;
}
function isBlank(value: unknown): boolean {
  return value === "" || value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0);
}
