/**
 * Signing in with the deployment's user pool: authorization code with PKCE, by oidc-client-ts. Loaded only when
 * somebody signs in or is signed in; deployments without a pool never load it.
 */
import { UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { SignIn } from "../api/configuration";

let manager: UserManager | undefined;

function managerFor(signIn: SignIn): UserManager {
  manager ??= new UserManager({
    authority: signIn.authority,
    client_id: signIn.clientId,
    redirect_uri: `${location.origin}/signed-in`,
    response_type: "code",
    scope: "openid email",
    // Renewed when a request needs it: no timers, no frames.
    automaticSilentRenew: false,
    monitorSession: false,
    loadUserInfo: false,
    userStore: new WebStorageStateStore({ store: localStorage, prefix: "cvmaker.tokens." }),
    // The code's verifier is this tab's alone.
    stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: "cvmaker.signing-in." }),
  });
  return manager;
}

/** Leaves for the pool's sign-in page; `from` is where to come back to. */
export async function signIn(settings: SignIn, from: string): Promise<void> {
  await managerFor(settings).signinRedirect({ state: from });
}

export interface Account {
  email: string;
  /** Where the person was when they went to sign in. */
  from: string;
}

/** Comes back from the sign-in page: takes the code out of the address and changes it for tokens. */
export async function finishSignIn(settings: SignIn): Promise<Account> {
  const user = await managerFor(settings).signinRedirectCallback();
  return { email: user.profile.email ?? "", from: typeof user.state === "string" ? user.state : "/" };
}

/** A token that is good for another half a minute at least; null when the session has ended. */
export async function accessToken(settings: SignIn): Promise<string | null> {
  const users = managerFor(settings);
  const fresh = async (): Promise<string | null> => {
    const user = await users.getUser();
    return user && (user.expires_in ?? 0) > 30 ? user.access_token : null;
  };
  const token = await fresh();
  if (token) return token;
  // One tab renews, the others wait and find its token: a refresh token works once.
  return navigator.locks.request("cvmaker.renew", async () => {
    const renewed = await fresh();
    if (renewed) return renewed;
    const user = await users.getUser();
    if (!user?.refresh_token) return null;
    try {
      return (await users.signinSilent())?.access_token ?? null;
    } catch (error) {
      // Refused for good: the session is over. Anything else (no network) may pass.
      if (error instanceof Error && error.name === "ErrorResponse") return null;
      throw error;
    }
  });
}

/** Forgets the tokens, here and at the pool, and leaves for the pool's sign-out page, which comes back to Start. */
export async function signOut(settings: SignIn): Promise<void> {
  const users = managerFor(settings);
  await users.revokeTokens(["refresh_token"]).catch(() => undefined);
  const end = (await users.metadataService.getEndSessionEndpoint().catch(() => undefined)) ?? null;
  await users.removeUser();
  if (!end) return location.assign("/");
  // Cognito takes client_id and logout_uri; other providers post_logout_redirect_uri.
  const back = `${location.origin}/`;
  const query = new URLSearchParams({ client_id: settings.clientId, logout_uri: back, post_logout_redirect_uri: back });
  location.assign(`${end}?${query}`);
}
