/**
 * Who asks: the account that is signed in, or else this browser's own key. What belongs to one is never shown to,
 * or saved for, the other: an account whose session has ended is asked to sign in again.
 */
import { useSyncExternalStore } from "react";
import { readConfiguration, type SignIn } from "../api/configuration";
import { ApiProblem } from "../api/problem";
import { forgetAccount, SIGNED_IN, signedIn } from "./kept";
import { ownerSecret } from "./owner";

const listeners = new Set<() => void>();
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Signed in or out in another tab: what this one shows belongs to somebody else now. */
export function leaveWithOtherTabs(): void {
  addEventListener("storage", (event) => {
    if (event.key === SIGNED_IN) location.assign("/");
  });
}

/** The e-mail address of who is signed in; null for this browser's own key. */
export const useAccount = (): string | null => useSyncExternalStore(subscribe, signedIn);

/** The bearer of the next request. */
export async function bearer(settings: SignIn | undefined): Promise<string> {
  if (!settings || signedIn() === null) return ownerSecret();
  const { accessToken } = await import("./sign-in");
  const token = await accessToken(settings);
  if (!token) throw new ApiProblem(401, "signed_out", "", "");
  return token;
}

export async function beginSignIn(): Promise<void> {
  const { signIn: settings } = await readConfiguration();
  if (!settings) return;
  const { signIn } = await import("./sign-in");
  await signIn(settings, location.pathname === "/signed-in" ? "/" : location.pathname);
}

/** Finishes a sign-in; returns the path to go on with. */
export async function finishSignIn(): Promise<string> {
  const { signIn: settings } = await readConfiguration();
  if (!settings) return "/";
  const { finishSignIn: finish } = await import("./sign-in");
  const account = await finish(settings);
  localStorage.setItem(SIGNED_IN, account.email);
  listeners.forEach((listener) => listener());
  // Only to a page of this app: "//elsewhere" would be another host.
  return /^\/(?!\/)/.test(account.from) ? account.from : "/";
}

/** Signs out and leaves nothing of the account in this browser: a shared machine's next user is somebody else. */
export async function endSession(): Promise<void> {
  const { signIn: settings } = await readConfiguration();
  forgetAccount();
  if (!settings) return location.assign("/");
  const { signOut } = await import("./sign-in");
  await signOut(settings);
}
