// Fails the build when the first load outgrows its budget (200 kB gzip: index.html and everything it loads at once).
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 200 * 1024;
const html = readFileSync("dist/index.html", "utf8");
const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => `dist${match[1]}`);
// The start screen's own chunk and one language follow at once.
for (const name of readdirSync("dist/assets")) {
  if (/^(start|en)-.*\.(js|css)$/.test(name)) files.push(`dist/assets/${name}`);
}
const sizes = [...new Set(["dist/index.html", ...files])].map((file) => [file, gzipSync(readFileSync(file)).length]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
for (const [file, size] of sizes) console.log(`${(size / 1024).toFixed(1).padStart(7)} kB  ${file}`);
console.log(`${(total / 1024).toFixed(1).padStart(7)} kB  first load, gzip (budget ${BUDGET / 1024})`);
if (total > BUDGET) process.exit(1);
