/**
 * Findings, reasons of matches and of changes in the reader's language.
 *
 * The artefacts say them in English and give each a code with its blanks; the words of other languages are data, loaded
 * when a screen shows them. What a language lacks, and whatever older artefacts hold, stays English.
 */
import { useEffect, useState } from "react";
import type { Finding, Note } from "../api/artefacts";
import { fill, type Language, useInterface } from ".";

interface Texts {
  findings: Record<string, { message: string; advice: string }>;
  matches: Record<string, string>;
  changes: Record<string, string>;
}

const LOADERS: Partial<Record<Language, () => Promise<{ default: Texts }>>> = {
  de: () => import("./notes/de.json"),
  fr: () => import("./notes/fr.json"),
  es: () => import("./notes/es.json"),
};

interface Notes {
  finding: (finding: Finding) => { message: string; advice: string };
  reason: (kind: "matches" | "changes", said: { reason: string; note?: Note | null }) => string;
}

export function useNotes(): Notes {
  const { language } = useInterface();
  const [texts, setTexts] = useState<Texts | null>(null);

  useEffect(() => {
    let current = true;
    setTexts(null);
    LOADERS[language]?.()
      .then((module) => current && setTexts(module.default))
      .catch(() => undefined);
    return () => {
      current = false;
    };
  }, [language]);

  return {
    finding: (finding) => {
      const text = finding.parameters && texts?.findings[finding.code];
      return text ? { message: fill(text.message, finding.parameters), advice: text.advice } : finding;
    },
    reason: (kind, said) => {
      const text = said.note && texts?.[kind][said.note.code];
      return text ? fill(text, said.note?.parameters) : said.reason;
    },
  };
}
