// Writes the deployment's addresses where the app looks for them: node scripts/write-config.mjs dist/config.json
import { writeFileSync } from "node:fs";

const { API_URL: apiUrl, WEB_API_KEY: apiKey } = process.env;
if (!apiUrl?.startsWith("https://")) {
  console.error("Set API_URL to the API's address (the stack's output ApiUrl).");
  process.exit(1);
}
writeFileSync(process.argv[2], JSON.stringify({ apiUrl, ...(apiKey ? { apiKey } : {}) }));
