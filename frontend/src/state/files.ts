/** What can be said about a file before it is sent. */
import type { Text } from "../i18n";

export const CV_SUFFIXES = ["pdf", "docx", "json", "md", "txt"] as const;
export const POSTING_SUFFIXES = ["pdf", "docx", "png", "jpg", "jpeg", "txt"] as const;
const CONVERT = ["doc", "odt", "rtf", "pages", "png", "jpg", "jpeg", "heic"];
const MEGABYTE = 1024 * 1024;

export function suffixOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
}

/** Why a file cannot be used, or null. */
export function refusal(file: { name: string; size: number }, suffixes: readonly string[], megabytes: number): Text | null {
  const suffix = suffixOf(file.name);
  if (!suffixes.includes(suffix)) return CONVERT.includes(suffix) ? "fileConvert" : "fileType";
  if (file.size === 0) return "fileEmpty";
  return file.size > megabytes * MEGABYTE ? "fileLarge" : null;
}
