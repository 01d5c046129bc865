/** A value that survives a reload and a failed attempt, until the tab is closed. */
import { useState } from "react";

export function useSessionValue(key: string, initial: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => {
    try {
      return sessionStorage.getItem(key) ?? initial;
    } catch {
      return initial;
    }
  });
  const keep = (next: string): void => {
    setValue(next);
    try {
      sessionStorage.setItem(key, next);
    } catch {
      // Lasts as long as the page.
    }
  };
  return [value, keep];
}
