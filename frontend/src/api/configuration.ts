/** Where this deployment's API is, and how people sign in; the same build serves every deployment. */

export interface SignIn {
  /** Issuer of the user pool. */
  authority: string;
  clientId: string;
}
export interface Configuration {
  apiUrl: string;
  apiKey?: string;
  signIn?: SignIn;
}

let configuration: Promise<Configuration> | undefined;

export function readConfiguration(): Promise<Configuration> {
  configuration ??= fetch("/config.json", { cache: "no-store" })
    .then((response) => {
      if (!response.ok) throw new Error("no configuration");
      return response.json() as Promise<Configuration>;
    })
    .catch((error: unknown) => {
      configuration = undefined;
      throw error;
    });
  return configuration;
}
