/** Dark or light: the system's choice until the person makes one. */
import { useEffect, useState } from "react";

const KEY = "cvmaker.theme";
type Theme = "light" | "dark";
const system = matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
}

export function applyTheme(): void {
  document.documentElement.dataset["theme"] = stored() ?? (system.matches ? "dark" : "light");
}

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(stored() ?? (system.matches ? "dark" : "light"));
  useEffect(() => {
    const follow = (): void => {
      if (!stored()) setTheme(system.matches ? "dark" : "light");
    };
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, []);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  const toggle = (): void => {
    const next = theme === "dark" ? "light" : "dark";
    setTheme(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Lasts as long as the page.
    }
  };
  return [theme, toggle];
}
