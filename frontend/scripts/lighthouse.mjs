// Measures the Start screen with Lighthouse and writes the figures into docs/web-app.md:
//   cvmaker up &   then   node scripts/lighthouse.mjs http://127.0.0.1:8000
// Lighthouse is fetched when asked for; nothing in the app or its tests needs it. CHROME_PATH names another Chromium.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LIGHTHOUSE = "lighthouse@12.8.2";
const RUNS = 3;
const DOCUMENT = new URL("../../docs/web-app.md", import.meta.url);
const MARKS = ["<!-- lighthouse: written by frontend/scripts/lighthouse.mjs -->", "<!-- /lighthouse -->"];

const address = process.argv[2];
if (!address) {
  console.error("Say where the app runs: node scripts/lighthouse.mjs http://127.0.0.1:8000");
  process.exit(1);
}
const browser = process.env.CHROME_PATH ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const folder = mkdtempSync(join(tmpdir(), "lighthouse-"));

function measure(screen, form) {
  const file = join(folder, "report.json");
  execFileSync(
    "npx",
    ["--yes", LIGHTHOUSE, address + screen, "--quiet", "--output=json", `--output-path=${file}`, "--chrome-flags=--headless=new --no-sandbox", ...(form === "desktop" ? ["--preset=desktop"] : [])],
    { env: { ...process.env, ...(browser ? { CHROME_PATH: browser } : {}) }, stdio: ["ignore", "ignore", "inherit"] },
  );
  return JSON.parse(readFileSync(file, "utf8"));
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const lines = [
  "| screen | performance | accessibility | best practices | SEO | largest paint | layout shift | blocking time |",
  "|---|---|---|---|---|---|---|---|",
];
let date = "";
for (const [screen, name] of [
  ["/", "Start"],
  ["/new", "From nothing"],
  ["/cvs", "My CVs"],
]) {
  for (const form of ["mobile", "desktop"]) {
    const reports = Array.from({ length: RUNS }, () => measure(screen, form));
    date = reports[0].fetchTime.slice(0, 10);
    const score = (category) => Math.round(100 * median(reports.map((report) => report.categories[category].score)));
    const audit = (id) => median(reports.map((report) => report.audits[id].numericValue));
    lines.push(
      `| ${name}, ${form} | ${score("performance")} | ${score("accessibility")} | ${score("best-practices")} | ${score("seo")} | ${(audit("largest-contentful-paint") / 1000).toFixed(1)} s | ${audit("cumulative-layout-shift").toFixed(3)} | ${Math.round(audit("total-blocking-time"))} ms |`,
    );
    console.log(lines.at(-1));
  }
}
const document = readFileSync(DOCUMENT, "utf8");
const [start, end] = MARKS.map((mark) => document.indexOf(mark));
if (start < 0 || end < start) throw new Error("docs/web-app.md has no place for the figures");
const note = `${LIGHTHOUSE.replace("@", " ")}, ${date}, median of ${RUNS} runs each against \`cvmaker up\`, its mobile preset with a slow phone and network simulated:`;
writeFileSync(DOCUMENT, `${document.slice(0, start + MARKS[0].length)}\n${note}\n\n${lines.join("\n")}\n\n${document.slice(end)}`);
