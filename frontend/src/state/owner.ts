/**
 * The owner's secret: 256 random bits made here and kept in this browser. Whoever has it has the CVs.
 * It goes to the API as a bearer and nowhere else; its text form can be carried to another device.
 */
const KEY = "cvmaker.secret";
const SHAPE = /^[A-Za-z0-9_-]{43}$/;
let inMemory: string | undefined;

export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function ownerSecret(): string {
  try {
    const stored = localStorage.getItem(KEY);
    if (stored && SHAPE.test(stored)) return stored;
    const made = inMemory ?? newSecret();
    localStorage.setItem(KEY, made);
    return made;
  } catch {
    // Storage may be forbidden; then the secret lives as long as the page.
    inMemory ??= newSecret();
    return inMemory;
  }
}

/** Takes over another device's secret. False if it is none. */
export function adoptSecret(text: string): boolean {
  const secret = text.trim();
  if (!SHAPE.test(secret)) return false;
  inMemory = secret;
  try {
    localStorage.setItem(KEY, secret);
  } catch {
    // Kept in memory.
  }
  return true;
}
