/** Interface texts as data: one file a language, loaded when chosen; English fills gaps. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import english from "./en.json";

export type Text = keyof typeof english;
export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", es: "Español", ar: "العربية" } as const;
export type Language = keyof typeof LANGUAGES;

const LOADERS: Record<Exclude<Language, "en">, () => Promise<{ default: Partial<Record<Text, string>> }>> = {
  de: () => import("./de.json"),
  fr: () => import("./fr.json"),
  es: () => import("./es.json"),
  ar: () => import("./ar.json"),
};
const KEY = "cvmaker.language";

type Values = Record<string, string | number>;
interface Interface {
  language: Language;
  setLanguage: (language: Language) => void;
  t: (text: Text, values?: Values) => string;
  has: (text: string) => text is Text;
  formatDate: (iso: string) => string;
  formatNumber: (value: number, options?: Intl.NumberFormatOptions) => string;
}

const Context = createContext<Interface | null>(null);

function preferred(): Language {
  try {
    const stored = localStorage.getItem(KEY);
    if (stored && stored in LANGUAGES) return stored as Language;
  } catch {
    // No storage: the browser's languages decide.
  }
  return (navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in LANGUAGES) ?? "en") as Language;
}

export function fill(template: string, values?: Values): string {
  return values ? template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : template;
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguageState] = useState<Language>(preferred);
  const [texts, setTexts] = useState<Partial<Record<Text, string>> | null>(language === "en" ? english : null);

  useEffect(() => {
    let current = true;
    const load = language === "en" ? Promise.resolve({ default: english as Partial<Record<Text, string>> }) : LOADERS[language]();
    load
      .then((module) => current && setTexts(module.default))
      .catch(() => current && setTexts(english));
    document.documentElement.lang = language;
    document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
    return () => {
      current = false;
    };
  }, [language]);

  const setLanguage = useCallback((next: Language) => {
    setLanguageState(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Lasts as long as the page.
    }
  }, []);

  const value = useMemo<Interface>(
    () => ({
      language,
      setLanguage,
      t: (text, values) => fill(texts?.[text] ?? english[text], values),
      has: (text): text is Text => text in english,
      formatDate: (iso) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso)),
      formatNumber: (number, options) => new Intl.NumberFormat(language, options).format(number),
    }),
    [language, setLanguage, texts],
  );
  // Nothing is drawn until the language is there: a flash of English would be read out.
  return texts ? <Context.Provider value={value}>{children}</Context.Provider> : null;
}

export function useInterface(): Interface {
  const value = useContext(Context);
  if (!value) throw new Error("outside LanguageProvider");
  return value;
}
