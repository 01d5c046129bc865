/** A cover letter as plain text, and back: sentences that were not touched keep what they rest on. */
import type { Tailored } from "../api/artefacts";

export type CoverLetter = NonNullable<Tailored["cover_letter"]>;

const ofParagraph = (paragraph: CoverLetter["paragraphs"][number]): string => paragraph.sentences.map((sentence) => sentence.text).join(" ");

export const letterText = (letter: CoverLetter): string => letter.paragraphs.map(ofParagraph).join("\n\n");

/** The letter with an edited text; the server looks up the sources of the sentences it knows. */
export function editedLetter(letter: CoverLetter, text: string): { paragraphs: { sentences: { text: string }[] }[] } {
  const known = letter.paragraphs.flatMap((paragraph) => paragraph.sentences.map((sentence) => sentence.text)).sort((a, b) => b.length - a.length);
  const split = (piece: string): string[] => {
    const trimmed = piece.replaceAll(/\s+/g, " ").trim();
    if (!trimmed) return [];
    const found = known.find((sentence) => trimmed.includes(sentence));
    if (!found) return [trimmed];
    const at = trimmed.indexOf(found);
    return [...split(trimmed.slice(0, at)), found, ...split(trimmed.slice(at + found.length))];
  };
  return {
    paragraphs: text
      .split(/\n\s*\n/)
      .map((paragraph) => ({ sentences: split(paragraph).map((sentence) => ({ text: sentence })) }))
      .filter((paragraph) => paragraph.sentences.length > 0),
  };
}
