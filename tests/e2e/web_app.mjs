// Drives the web app in a real browser against the local stack. Prints one JSON line a scenario.
// node web_app.mjs '{"web", "cv", "posting", "encrypted", "downloads", "screenshots"?, "modules", "chromium"}'
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const options = JSON.parse(process.argv[2]);
const require = createRequire(`${options.modules}/package.json`);
const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({ executablePath: options.chromium, args: ["--no-sandbox"] });
const problems = [];
let done;

async function open(settings = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    acceptDownloads: true,
    reducedMotion: "reduce",
    bypassCSP: false,
    ...settings,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  // Pictures show the app as most deployments have it: without accounts.
  if (options.screenshots) {
    await page.route("**/config.json", async (route) => {
      const { signIn: _without, ...configuration } = await (await route.fetch()).json();
      await route.fulfill({ json: configuration });
    });
  }
  page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (4\d\d|503)|ERR_INTERNET_DISCONNECTED/.test(message.text())) problems.push(`console: ${message.text()}`);
  });
  const web = new URL(options.web);
  page.on("request", (request) => {
    const url = new URL(request.url());
    // Only this machine: the app, the API and the store. Nothing of the CV in any address.
    if (url.protocol.startsWith("http") && url.hostname !== web.hostname) problems.push(`third party: ${url.hostname}`);
  });
  return page;
}

async function shot(page, name) {
  if (options.screenshots) await page.screenshot({ path: `${options.screenshots}/${name}.png`, fullPage: !name.includes("screen") });
}

async function upload(page, file, posting) {
  await page.goto(options.web);
  await page.setInputFiles("#cv-file", file);
  if (posting) await page.getByRole("textbox", { name: "Job posting" }).fill(readFileSync(posting, "utf8"));
  await page.getByRole("button", { name: "Make my CV" }).click();
  await page.waitForURL(/\/jobs\/[0-9a-f]+$/);
}

const result = (page) => page.getByRole("link", { name: "Download", exact: true }).waitFor({ timeout: 120_000 });

async function noSidewaysScroll(page, what) {
  const { wide, wider } = await page.evaluate(() => ({
    wide: document.documentElement.clientWidth,
    wider: [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().width > 0 && !element.closest(".tabs, .table-frame, .visually-hidden, dialog:not([open])"))
      .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1 || element.getBoundingClientRect().left < -1)
      .filter((element) => element.checkVisibility() && !element.closest(".skip"))
      .map((element) => `${element.tagName}.${element.className}`)
      .slice(0, 3),
  }));
  assert.deepEqual(wider, [], `${what} is wider than ${wide} px`);
}

async function axe(page, what) {
  // The page's policy forbids injected script elements; the debugger's own evaluation is exempt.
  await page.evaluate(axeSource);
  const violations = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then((found) =>
      found.violations.map((item) => `${item.id}: ${item.nodes.map((node) => `${node.target.join(" ")} ${node.any?.[0]?.message ?? ""}`).slice(0, 3).join(" | ")}`),
    ),
  );
  assert.deepEqual(violations, [], `axe on ${what}`);
}

const scenarios = {
  async "upload, review, reject, edit, preview, download"() {
    const page = await open();
    done = page;
    await page.goto(options.web);
    await page.locator(".template img").first().waitFor();
    await shot(page, "start-desktop");
    await upload(page, options.cv, options.posting);
    await page.locator(".stages").waitFor();
    await axe(page, "progress");
    await shot(page, "progress-desktop");
    await result(page);
    await page.locator(".page-sheet canvas").first().waitFor();
    const changes = page.locator("li.change");
    await changes.first().waitFor();
    assert.ok((await changes.count()) >= 2, "a tailored CV has changes to review");
    await shot(page, "review-desktop");
    // The claim's place in the uploaded document.
    await changes.first().getByRole("button", { name: "Show in my document" }).click();
    await page.locator("li.change").nth(1).getByRole("button", { name: "Reject" }).click();
    await page.locator("li.change").first().getByRole("button", { name: "Accept" }).click();
    const before = page.url();
    await page.getByRole("button", { name: /Apply and make the CV anew/ }).click();
    await page.waitForURL((url) => url.href !== before && url.pathname.endsWith("/review"));
    await result(page);
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    const name = page.locator('[data-pointer="/basics/name"]');
    await name.waitFor();
    const sheet = page.locator(".aside .page-sheet canvas").first();
    await sheet.waitFor();
    const ink = () => sheet.evaluate((canvas) => canvas.toDataURL().length);
    const first = await ink();
    await name.fill("Zebulon Quartermain");
    await page.waitForFunction((old) => document.querySelector(".aside .page-sheet canvas")?.toDataURL().length !== old, first);
    await page.getByRole("button", { name: "Undo" }).click();
    assert.notEqual(await name.inputValue(), "Zebulon Quartermain");
    await page.getByRole("button", { name: "Redo" }).click();
    assert.equal(await name.inputValue(), "Zebulon Quartermain");
    await shot(page, "edit-desktop");
    const edited = page.url();
    await page.getByRole("button", { name: "Save and make the files" }).click();
    await page.waitForURL((url) => url.href !== edited && url.pathname.endsWith("/download"));
    await page.locator('[data-file="cv.pdf"]').waitFor({ timeout: 120_000 });
    await shot(page, "download-desktop");
    for (const file of ["cv.pdf", "cv.docx", "cv.txt"]) {
      const href = await page.locator(`[data-file="${file}"]`).getAttribute("href");
      const answer = await page.request.get(href);
      assert.equal(answer.status(), 200);
      assert.match(answer.headers()["content-disposition"], /attachment.*Zebulon-Quartermain-CV/);
      writeFileSync(`${options.downloads}/${file}`, await answer.body());
    }
    const [bare] = await Promise.all([page.waitForEvent("download"), page.locator('[data-file="resume.json"]').click()]);
    const resume = JSON.parse(readFileSync(await bare.path(), "utf8"));
    assert.equal(resume.basics.name, "Zebulon Quartermain");
  },

  async "the source of a claim is marked in the uploaded document"() {
    const page = await open();
    await page.context().addInitScript((secret) => localStorage.setItem("cvmaker.secret", secret), await done.evaluate(() => localStorage.getItem("cvmaker.secret")));
    await page.goto(done.url().replace("/download", "/reading"));
    await page.locator(".page-sheet canvas").first().waitFor();
    await page.locator('[data-pointer="/basics/email"]').focus();
    const box = page.locator(".page-sheet .box").first();
    await box.waitFor();
    const { width, height } = await box.boundingBox();
    assert.ok(width > 20 && height > 3, "the mark has the size of a line");
    await shot(page, "reading-desktop-screen");
  },

  async "a correction of the reading makes a new version"() {
    const page = await open();
    await page.context().addInitScript((secret) => localStorage.setItem("cvmaker.secret", secret), await done.evaluate(() => localStorage.getItem("cvmaker.secret")));
    await page.goto(done.url().replace("/download", "/reading"));
    await page.locator('[data-pointer="/basics/phone"]').fill("+1 555 0100");
    await page.getByRole("button", { name: "Use my corrections" }).click();
    await page.waitForURL((url) => !url.pathname.endsWith("/reading"));
    await result(page);
    await page.getByRole("link", { name: "What we read" }).click();
    assert.equal(await page.locator('[data-pointer="/basics/phone"]').inputValue(), "+1 555 0100");
  },

  async "the letter, own sections and the order of sections are edited; every dialog is clean"() {
    const page = await open();
    await page.context().addInitScript((secret) => localStorage.setItem("cvmaker.secret", secret), await done.evaluate(() => localStorage.getItem("cvmaker.secret")));
    await page.goto(done.url());
    await page.locator('[data-file="cv.pdf"]').waitFor();
    // The reading was corrected above: this version has a successor, and the page says so.
    const newer = page.getByRole("link", { name: "Open the newer version" });
    if (await newer.count()) {
      await newer.click();
      await page.waitForURL(/\/review$/);
      await result(page);
      await page.getByRole("link", { name: "Download", exact: true }).click();
    }
    await page.getByRole("button", { name: "Edit: Cover letter" }).click();
    const letter = page.getByRole("textbox", { name: "Cover letter" });
    await letter.fill(`${await letter.inputValue()}\n\nI can start in Xanadu on Monday.`);
    await axe(page, "the letter");
    let before = page.url();
    await page.getByRole("button", { name: "Save and make the files" }).click();
    await page.waitForURL((url) => url.href !== before && url.pathname.endsWith("/download"));
    await page.locator('[data-file="cover-letter.txt"]').waitFor({ timeout: 120_000 });
    const text = await (await page.request.get(await page.locator('[data-file="cover-letter.txt"]').getAttribute("href"))).text();
    assert.match(text, /I can start in Xanadu on Monday\./);
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog", { name: "Delete this CV?" }).waitFor();
    await axe(page, "deletion");
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("button", { name: "For another job" }).click();
    await page.getByRole("dialog").getByRole("textbox").waitFor();
    await axe(page, "another posting");
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    await page.locator('[data-pointer="/basics/summary"]').waitFor();
    await page.getByRole("button", { name: /^Improve this/ }).first().click();
    await page.locator("dialog[open] [aria-busy=false]").waitFor({ timeout: 60_000 });
    await axe(page, "better wordings");
    await page.keyboard.press("Escape");
    await page.getByText("Other sections").click();
    await page.getByRole("button", { name: "+ Add a section of your own" }).click();
    await page.locator('[data-pointer$="/meta/cvmaker/sections/0/name"]').fill("Talks");
    await page.locator('[data-pointer$="/meta/cvmaker/sections/0/items/0"]').fill("Gave the Zanzibar keynote");
    // The last section becomes the first, by keyboard alone.
    await page.locator("summary", { hasText: "Order of the sections" }).press("Enter");
    const row = page.locator('[data-section="custom/0"]');
    await row.getByRole("button").focus();
    await page.keyboard.press("Space");
    for (let step = await page.locator("[data-section]").count(); step > 0; step--) {
      await page.waitForTimeout(80);
      await page.keyboard.press("ArrowUp");
    }
    await page.waitForTimeout(150);
    await page.keyboard.press("Space");
    await page.waitForFunction(() => document.querySelector("[data-section]")?.getAttribute("data-section") === "custom/0");
    before = page.url();
    await page.getByRole("button", { name: "Save and make the files" }).click();
    await page.waitForURL((url) => url.href !== before && url.pathname.endsWith("/download"));
    await page.locator('[data-file="cv.txt"]').waitFor({ timeout: 120_000 });
    const plain = await (await page.request.get(await page.locator('[data-file="cv.txt"]').getAttribute("href"))).text();
    assert.match(plain, /talks[\s\S]*Zanzibar keynote[\s\S]*experience/i, "the own section stands first");
    await page.goto(`${options.web}/cvs`);
    await page.getByRole("button", { name: "Use on another device" }).click();
    await axe(page, "the key");
  },

  async "a Word file: its paragraph is marked in the text"() {
    const page = await open();
    await upload(page, `${options.downloads}/cv.docx`, null);
    await result(page);
    await page.getByRole("link", { name: "What we read" }).click();
    await page.locator(".text-source").waitFor();
    await page.locator('[data-pointer="/basics/name"]').focus();
    assert.equal(await page.locator(".text-source mark").first().innerText(), "Zebulon Quartermain");
    await axe(page, "a Word file's text");
  },

  async "a file dropped into the bucket belongs to the console alone"() {
    // The job runs; its results are read in the bucket. No browser is its owner: the console has no secret.
    assert.ok(options.console, "the test dropped a file");
    const page = await open();
    for (const path of ["", "/review", "/download"]) {
      await page.goto(`${options.web}/jobs/${options.console}${path}`);
      await page.getByRole("heading", { name: "No such CV here" }).waitFor();
    }
    await page.context().addInitScript((secret) => localStorage.setItem("cvmaker.secret", secret), await done.evaluate(() => localStorage.getItem("cvmaker.secret")));
    await page.goto(`${options.web}/jobs/${options.console}`);
    await page.getByRole("heading", { name: "No such CV here" }).waitFor();
    await axe(page, "no such CV");
  },

  async "from nothing to the download by keyboard alone, in Arabic"() {
    const page = await open({ locale: "ar" });
    // Asked for before anything loads: a chooser that opens before the browser intercepts choosers is lost.
    const choosing = page.waitForEvent("filechooser", { timeout: 60_000 });
    choosing.catch(() => undefined);
    await page.goto(options.web);
    await page.locator(".template input").first().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
    /** Presses Tab until the focus is where a person wants it. */
    const tabTo = async (selector) => {
      for (let press = 0; press < 80; press++) {
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) {
          const outline = await page.evaluate(() => {
            const element = document.activeElement;
            const shown = element.matches("input[type=file]") ? element.nextElementSibling : (element.closest(".template") ?? element);
            return getComputedStyle(shown).outlineStyle;
          });
          assert.notEqual(outline, "none", `${selector} shows its focus`);
          return;
        }
        await page.keyboard.press("Tab");
      }
      assert.fail(`Tab never reaches ${selector}`);
    };
    await tabTo("#cv-file");
    await page.keyboard.press("Enter");
    await (await choosing).setFiles(options.cv);
    await tabTo("textarea");
    await page.keyboard.insertText(readFileSync(options.posting, "utf8"));
    await tabTo("button[type=submit]");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/jobs\//);
    await axe(page, "progress in Arabic");
    await page.locator(".tabs").waitFor({ timeout: 120_000 });
    await page.locator("li.change").first().waitFor();
    await tabTo("li.change button.no");
    await page.keyboard.press("Enter");
    await page.locator("li.change.rejected").waitFor();
    await tabTo("section > .stack > .row > .button.primary");
    const before = page.url();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.href !== before);
    await page.locator(".tabs").waitFor({ timeout: 120_000 });
    await tabTo('.tabs a[href$="/download"]');
    await page.keyboard.press("Enter");
    await page.locator('[data-file="cv.pdf"]').waitFor();
    await noSidewaysScroll(page, "download in Arabic");
    await tabTo('[data-file="cv.pdf"]');
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    assert.match(download.suggestedFilename(), /^Ada-Jensen-CV-.*\.pdf$/);
  },

  async "everything is deleted at once"() {
    const page = await open();
    await upload(page, options.cv, null);
    await result(page);
    const job = page.url();
    await page.goto(`${options.web}/cvs`);
    await page.locator(".job-row input").first().fill("applied on Monday");
    await page.getByRole("button", { name: "Delete everything" }).click();
    await axe(page, "deleting everything");
    await page.getByRole("dialog").getByRole("button", { name: "Delete for good" }).click();
    await page.getByText("No CVs yet").waitFor();
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => /note|draft/.test(key))), []);
    await page.goto(job);
    await page.getByRole("heading", { name: /has been deleted|No such CV/ }).waitFor();
  },

  async "two tabs cannot overwrite each other silently"() {
    const page = await open();
    await upload(page, options.cv, null);
    await result(page);
    const url = `${page.url()}/edit`;
    const other = await page.context().newPage();
    for (const tab of [page, other]) {
      await tab.goto(url);
      await tab.locator('[data-pointer="/basics/label"]').waitFor();
    }
    await page.locator('[data-pointer="/basics/label"]').fill("First");
    await page.getByRole("button", { name: "Save and make the files" }).click();
    await page.waitForURL((now) => now.href !== url);
    await other.locator('[data-pointer="/basics/label"]').fill("Second");
    await other.getByRole("button", { name: "Save and make the files" }).click();
    await other.getByRole("alert").getByText("edited elsewhere").waitFor();
    assert.equal(await other.locator('[data-pointer="/basics/label"]').inputValue(), "Second");
  },

  async "a reload in the middle of a job loses nothing"() {
    const page = await open();
    await upload(page, options.cv, options.posting);
    await page.locator(".stages").waitFor();
    await page.reload();
    await page.locator(".stages li.done").first().waitFor({ timeout: 60_000 });
    await page.reload();
    await result(page);
  },

  async "an encrypted PDF says what to do"() {
    const page = await open();
    await upload(page, options.encrypted, options.posting);
    const alert = page.getByRole("alert");
    await alert.waitFor({ timeout: 120_000 });
    assert.match(await alert.innerText(), /password|encrypt|protect/i);
    await axe(page, "failure");
    await shot(page, "failed-desktop");
    await page.getByRole("link", { name: "Try another file" }).click();
    assert.match(await page.getByRole("textbox", { name: "Job posting" }).inputValue(), /\w/, "the job need not be pasted again");
  },

  async "files that cannot work are refused before the upload"() {
    const page = await open();
    await page.goto(options.web);
    for (const [name, bytes, words] of [
      ["cv.exe", "x", /PDF or DOCX/],
      ["cv.odt", "x", /export it/],
      ["cv.pdf", "", /empty/],
    ]) {
      await page.setInputFiles("#cv-file", { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) });
      await page.getByText(words).first().waitFor();
    }
    await page.getByRole("button", { name: "Make my CV" }).click();
    await page.getByText("Choose your CV first").waitFor();
    assert.equal(page.url().replace(/\/$/, ""), options.web.replace(/\/$/, ""));
  },

  async "a lost connection is said and survived"() {
    const page = await open();
    await page.goto(options.web);
    await page.locator(".template").first().waitFor();
    await page.context().setOffline(true);
    await page.getByText("No connection").waitFor();
    await page.setInputFiles("#cv-file", options.cv);
    await page.getByRole("button", { name: "Make my CV" }).click();
    await page.getByRole("alert").getByText("does not answer").waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Make my CV" }).click();
    await page.waitForURL(/\/jobs\//);
    await result(page);
  },

  async "another person's link shows nothing"() {
    const page = await open();
    await page.goto(done.url());
    await page.getByRole("heading", { name: "No such CV here" }).waitFor();
  },

  async "a CV written from nothing"() {
    const page = await open();
    await page.goto(`${options.web}/new`);
    await page.locator('[data-pointer="/basics/name"]').fill("Nadia Scratch");
    await page.locator('[data-pointer="/basics/email"]').fill("nadia@example.com");
    await page.locator('[data-pointer="/work/0/position"]').fill("Baker");
    await page.locator('[data-pointer="/work/0/name"]').fill("Corner Bakery");
    await page.locator('[data-pointer="/work/0/highlights/0"]').fill("Baked 400 loaves every night");
    await page.waitForTimeout(800);
    await page.reload();
    assert.equal(await page.locator('[data-pointer="/basics/name"]').inputValue(), "Nadia Scratch", "the draft survives a reload");
    await page.locator(".aside .page-sheet canvas").first().waitFor();
    await shot(page, "scratch-desktop-screen");
    await page.getByRole("button", { name: "Make my CV" }).click();
    await page.waitForURL(/\/jobs\/[0-9a-f]+/);
    await result(page);
    await page.getByRole("link", { name: "Download", exact: true }).click();
    await page.locator('[data-file="cv.pdf"]').waitFor();
  },

  async "keyboard only"() {
    const page = await open();
    await page.goto(options.web);
    await page.locator(".template input").first().waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
    const reached = new Set();
    for (let press = 0; press < 40; press++) {
      await page.keyboard.press("Tab");
      const seen = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        return element.id || element.getAttribute("aria-label") || element.tagName + (element.getAttribute("type") ?? "");
      });
      if (seen) reached.add(seen);
    }
    for (const control of ["cv-file", "posting-file", "TEXTAREA", "INPUTradio", "INPUTcheckbox", "BUTTONsubmit"]) assert.ok(reached.has(control), `Tab reaches ${control}: ${[...reached]}`);
    await page.locator(".template input").first().focus();
    const chosen = () => page.evaluate(() => [...document.querySelectorAll(".template input")].findIndex((input) => input.checked));
    const before = await chosen();
    await page.keyboard.press("ArrowRight");
    assert.notEqual(await chosen(), before);
    // Reorder an entry of the builder by keyboard alone.
    await page.goto(`${options.web}/new`);
    await page.locator('[data-pointer="/work/0/highlights/0"]').fill("First");
    await page.getByRole("button", { name: "+ Add a point" }).first().press("Enter");
    await page.locator('[data-pointer="/work/0/highlights/1"]').fill("Second");
    const handle = page.getByRole("group", { name: "Achievements" }).getByRole("button", { name: /Move, position 2 of 2/ });
    await handle.focus();
    await page.keyboard.press("Space");
    await page.waitForTimeout(150);
    await page.keyboard.press("ArrowUp");
    await page.waitForTimeout(150);
    await page.keyboard.press("Space");
    await page.waitForFunction(() => document.querySelector('[data-pointer="/work/0/highlights/0"]')?.value === "Second");
  },

  async "a phone: every screen fits 320 px"() {
    const secret = await done.evaluate(() => localStorage.getItem("cvmaker.secret"));
    for (const width of [390, 320]) {
      const page = await open({ viewport: { width, height: 780 }, hasTouch: true, isMobile: true });
      await page.context().addInitScript((key) => localStorage.setItem("cvmaker.secret", key), secret);
      const job = done.url().replace("/download", "");
      for (const [name, url] of [["start", options.web], ["review", `${job}/review`], ["edit", `${job}/edit`], ["download", `${job}/download`], ["reading", `${job}/reading`], ["cvs", `${options.web}/cvs`]]) {
        await page.goto(url);
        await page.locator("main h1").waitFor();
        await page.waitForTimeout(900);
        await noSidewaysScroll(page, `${name} at ${width}`);
        if (width === 390) await shot(page, `${name}-phone-screen`);
      }
      if (width === 390) {
        await page.goto(`${job}/review`);
        const show = page.getByRole("button", { name: "Show in my document" }).first();
        await show.click();
        await page.getByRole("dialog").locator("canvas").first().waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "hidden" });
      }
      await page.context().close();
    }
  },

  async "five languages, and right to left"() {
    const secret = await done.evaluate(() => localStorage.getItem("cvmaker.secret"));
    const page = await open();
    await page.context().addInitScript((key) => localStorage.setItem("cvmaker.secret", key), secret);
    await page.goto(options.web);
    const titles = new Set();
    for (const language of ["en", "de", "fr", "es", "ar"]) {
      await page.locator("header select").selectOption(language);
      await page.waitForFunction((code) => document.documentElement.lang === code, language);
      await page.waitForTimeout(200);
      titles.add(await page.locator("h1").innerText());
      await noSidewaysScroll(page, language);
    }
    assert.equal(titles.size, 5);
    assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
    await shot(page, "start-arabic-desktop");
    await page.goto(done.url().replace("/download", "/review"));
    await page.locator("li.change").first().waitFor();
    await noSidewaysScroll(page, "review in Arabic");
    await axe(page, "review in Arabic");
    await page.locator(".page-sheet canvas").first().waitFor();
    await shot(page, "review-arabic-desktop-screen");
  },

  async "axe finds nothing on any screen, light or dark"() {
    const secret = await done.evaluate(() => localStorage.getItem("cvmaker.secret"));
    const job = done.url().replace("/download", "");
    for (const colorScheme of ["light", "dark"]) {
      const page = await open({ colorScheme });
      await page.context().addInitScript((key) => localStorage.setItem("cvmaker.secret", key), secret);
      for (const [name, url] of [["start", options.web], ["review", `${job}/review`], ["edit", `${job}/edit`], ["download", `${job}/download`], ["reading", `${job}/reading`], ["cvs", `${options.web}/cvs`], ["new", `${options.web}/new`], ["missing", `${options.web}/nothing`]]) {
        await page.goto(url);
        await page.locator("main h1").waitFor();
        await page.waitForTimeout(1200);
        await page.evaluate(() => document.querySelectorAll("details:not(.menu)").forEach((element) => element.setAttribute("open", "")));
        await axe(page, `${name}, ${colorScheme}`);
        if (colorScheme === "dark") await shot(page, `${name}-dark-screen`);
      }
      await page.context().close();
    }
  },

  async "my CVs: another posting in two clicks, the key, deletion"() {
    const secret = await done.evaluate(() => localStorage.getItem("cvmaker.secret"));
    const page = await open();
    await page.goto(`${options.web}/cvs`);
    await page.getByText("No CVs yet").waitFor();
    await page.getByRole("button", { name: "Use on another device" }).click();
    await page.getByRole("textbox", { name: "Key from the other device" }).fill("nonsense");
    await page.getByRole("button", { name: "Use this key" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByRole("textbox", { name: "Key from the other device" }).fill(secret);
    await page.getByRole("button", { name: "Use this key" }).click();
    const rows = page.locator(".job-row");
    await rows.first().waitFor();
    await page.waitForTimeout(500);
    await shot(page, "cvs-desktop");
    const newest = await rows.count();
    await page.getByRole("checkbox", { name: "Show earlier versions" }).check();
    assert.ok((await rows.count()) > newest, "earlier versions are hidden until asked for");
    const finished = rows.filter({ hasText: "Done" }).first();
    await finished.getByRole("button", { name: "For another job" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("Bakery seeks a cook. Must have: Python and Kubernetes.");
    await page.getByRole("button", { name: "Tailor my CV" }).click();
    await page.waitForURL(/\/jobs\//);
    await result(page);
    await page.getByRole("link", { name: "Download", exact: true }).click();
    const deleted = page.url();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.waitForURL(/\/cvs$/);
    await page.goto(deleted);
    await page.getByRole("heading", { name: /has been deleted|No such CV/ }).waitFor();
  },

  async "an account: sign in, renew, another device, an ended session, sign out"() {
    if (options.screenshots) return;
    const signIn = async (page) => {
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByLabel("E-mail").fill("Rosa.Account@example.com");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("rosa.account@example.com").waitFor();
    };
    /** As if a quarter of an hour had passed: the access token has ended. */
    const age = (page) =>
      page.evaluate(() => {
        const key = Object.keys(localStorage).find((name) => name.startsWith("cvmaker.tokens."));
        localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), expires_at: 1 }));
      });
    const page = await open();
    await page.goto(`${options.web}/cvs`);
    await signIn(page);
    assert.equal(new URL(page.url()).pathname, "/cvs", "back where the person was");
    assert.ok(!page.url().includes("code="), "the code is out of the address");
    await page.getByText("No CVs yet").waitFor();
    await axe(page, "signed in");
    await upload(page, options.cv, null);
    const job = page.url();
    await age(page);
    await page.reload();
    await result(page);
    // The browser's own key, and anybody else's, sees nothing of it.
    const stranger = await open();
    await stranger.context().addInitScript((secret) => localStorage.setItem("cvmaker.secret", secret), await page.evaluate(() => localStorage.getItem("cvmaker.secret")));
    await stranger.goto(job);
    await stranger.getByRole("heading", { name: "No such CV here" }).waitFor();
    // Another device needs the account and nothing else.
    const device = await open();
    await device.goto(job);
    await device.getByRole("heading", { name: "No such CV here" }).waitFor();
    await signIn(device);
    await result(device);
    await device.context().close();
    await page.goto(`${job}/edit`);
    await page.locator('[data-pointer="/basics/label"]').fill("Kept for this account alone");
    await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("cvmaker.mine.draft.")));
    // The session ends elsewhere.
    await page.evaluate(async () => {
      const key = Object.keys(localStorage).find((name) => name.startsWith("cvmaker.tokens."));
      const user = JSON.parse(localStorage.getItem(key));
      const { signIn } = await (await fetch("/config.json")).json();
      const described = await (await fetch(`${signIn.authority}/.well-known/openid-configuration`)).json();
      await fetch(described.revocation_endpoint, { method: "POST", body: new URLSearchParams({ token: user.refresh_token }) });
    });
    await age(page);
    await page.goto(`${options.web}/cvs`);
    await page.getByRole("alert").getByText("Your session has ended").waitFor();
    await page.getByRole("alert").getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("E-mail").fill("rosa.account@example.com");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator(".job-row").first().waitFor();
    await page.locator("summary.account").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => /mine|tokens|signed-in/.test(key)).length), 0, "nothing of the account stays");
    await page.goto(`${options.web}/cvs`);
    await page.getByText("No CVs yet").waitFor();
  },

  async "the preview answers quickly"() {
    const secret = await done.evaluate(() => localStorage.getItem("cvmaker.secret"));
    const page = await open();
    await page.context().addInitScript((key) => localStorage.setItem("cvmaker.secret", key), secret);
    await page.goto(done.url().replace("/download", "/edit"));
    const field = page.locator('[data-pointer="/basics/label"]');
    await field.waitFor();
    const time = () => page.getByTestId("preview-time").getAttribute("data-milliseconds");
    await page.waitForFunction(() => document.querySelector("[data-testid=preview-time]")?.hasAttribute("data-milliseconds"));
    const times = [];
    for (let round = 0; round < 7; round++) {
      await field.fill(`Engineer ${round}`);
      await page.waitForFunction(() => document.querySelector("section[aria-busy=true]"));
      await page.waitForFunction(() => document.querySelector("section[aria-busy=false]"));
      times.push(Number(await time()));
    }
    times.sort((a, b) => a - b);
    const median = times[3];
    process.stdout.write(`${JSON.stringify({ figure: "preview round trip, median ms", value: median })}\n`);
    // The target is 400 ms on an idle machine; a shared one gets room, a broken cache would not fit.
    assert.ok(median < 2000, `median ${median} ms`);
  },
};

let failed = false;
for (const [name, run] of Object.entries(scenarios)) {
  if (options.only && !name.includes(options.only) && name !== Object.keys(scenarios)[0]) continue;
  const started = Date.now();
  problems.length = 0;
  let error = null;
  try {
    await run();
    assert.deepEqual(problems, [], "the browser complained");
  } catch (failure) {
    error = String(failure?.message ?? failure).slice(0, 1500);
    failed = true;
  }
  process.stdout.write(`${JSON.stringify({ scenario: name, error, ms: Date.now() - started })}\n`);
}
await browser.close();
process.exit(failed ? 1 : 0);
