// Writes the deployment's addresses where the app looks for them, and narrows the page's own content policy to them:
//   API_URL=https://… STORE_URL=https://… node scripts/write-config.mjs dist
// STORE_URL may name several hosts, with spaces: uploads can go to another one than downloads (transfer acceleration).
// Also WEB_API_KEY, and SIGN_IN_AUTHORITY with SIGN_IN_CLIENT_ID where people sign in.
import { readFileSync, writeFileSync } from "node:fs";

const { API_URL: apiUrl, STORE_URL: store = "", WEB_API_KEY: apiKey, SIGN_IN_AUTHORITY: authority, SIGN_IN_CLIENT_ID: clientId } = process.env;
const folder = process.argv[2] ?? "dist";
const stores = store.split(/\s+/).filter(Boolean);
if (!apiUrl?.startsWith("https://") || !stores.length || !stores.every((host) => host.startsWith("https://"))) {
  console.error("Set API_URL to the API's address (the stack's output ApiUrl) and STORE_URL to the bucket's.");
  process.exit(1);
}
if (Boolean(authority) !== Boolean(clientId)) {
  console.error("Signing in needs both SIGN_IN_AUTHORITY and SIGN_IN_CLIENT_ID.");
  process.exit(1);
}
const hosts = [apiUrl, ...stores].map((address) => new URL(address).origin);
if (authority) {
  // The pool's own pages are on another host than its issuer; only its description knows which.
  const response = await fetch(`${authority}/.well-known/openid-configuration`);
  if (!response.ok) {
    console.error(`The user pool does not answer at ${authority} (${response.status}).`);
    process.exit(1);
  }
  const described = await response.json();
  hosts.push(new URL(authority).origin, new URL(described.token_endpoint).origin);
}
writeFileSync(
  `${folder}/config.json`,
  JSON.stringify({ apiUrl, ...(apiKey ? { apiKey } : {}), ...(authority ? { signIn: { authority, clientId } } : {}) }),
);
const page = readFileSync(`${folder}/index.html`, "utf8");
const narrowed = page
  .replace(/connect-src 'self'[^;"]*/, `connect-src 'self' ${[...new Set(hosts)].join(" ")}`)
  .replace(/form-action 'self'[^;"]*/, "form-action 'self'");
if (narrowed === page) {
  console.error("index.html has no content policy to narrow.");
  process.exit(1);
}
writeFileSync(`${folder}/index.html`, narrowed);
console.log(`${folder}/config.json and the page's policy name ${hosts.join(", ")}`);
