/** Names of what stays in this browser. What an account keeps has names of its own, and goes when it signs out. */
export const SIGNED_IN = "cvmaker.signed-in";
const OF_ACCOUNT = "cvmaker.mine.";

/** The e-mail address of who is signed in; null for this browser's own key. */
export function signedIn(): string | null {
  try {
    return localStorage.getItem(SIGNED_IN);
  } catch {
    return null;
  }
}

export const keptName = (name: string): string => (signedIn() === null ? `cvmaker.${name}` : OF_ACCOUNT + name);

/** Drafts and notes of whoever is signed in, or of this browser's own key; not the key itself. */
export function forgetWork(): void {
  try {
    const beginnings = [keptName("draft."), keptName("note.")];
    for (const key of Object.keys(localStorage)) if (beginnings.some((start) => key.startsWith(start))) localStorage.removeItem(key);
    sessionStorage.removeItem("cvmaker.posting");
  } catch {
    // Nothing was kept.
  }
}

export function forgetAccount(): void {
  for (const key of Object.keys(localStorage)) if (key === SIGNED_IN || key.startsWith(OF_ACCOUNT)) localStorage.removeItem(key);
  sessionStorage.clear();
}
