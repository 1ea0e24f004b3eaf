// Measures the built page in a browser: medians over cold starts, and over keystrokes.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { LARGE } from "./manifests.mjs";
import { serve } from "./server.mjs";

const RUNS = 7;
const median = (numbers) => numbers.sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
const round = (number) => Math.round(number * 10) / 10;
const shop = readFileSync(new URL("../scenarios/shop.yaml", import.meta.url), "utf8");
const lines = (count) => `${shop}---\n`.repeat(Math.ceil(count / shop.split("\n").length)).split("\n").slice(0, count).join("\n");

const { address, stop } = await serve();
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

/** A visitor who was never here, with a draft that is there from the beginning. */
async function visit(text) {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  await page.addInitScript((draft) => localStorage.setItem("harden.draft.other", `1 ${draft}`),
    JSON.stringify({ v: 1, level: "restricted", version: "latest", files: [["a.yaml", text]] }));
  await page.addInitScript(() => {
    const watch = () => {
      new MutationObserver(() => {
        const headline = document.querySelector(".summary .large")?.textContent;
        if (headline && headline !== window.seen) {
          window.seen = headline;
          window.seenAt = performance.now();
        }
      }).observe(document, { subtree: true, childList: true, characterData: true });
    };
    watch();
  });
  await page.goto(address);
  await page.waitForFunction(() => window.seenAt);
  return { context, page };
}

/** From a keystroke to the list that shows what it changed, and how long it held the page up: in
 * milliseconds. */
async function keystrokes(text, count) {
  const { context, page } = await visit(text);
  const [times, held] = [[], []];
  for (let at = 0; at < count; at += 1) {
    await page.waitForTimeout(500);
    await page.click(".cm-content", { position: { x: 60, y: 10 } });
    await page.keyboard.press("Control+Home");
    const [time, handled] = await page.evaluate(async () => {
      const before = window.seen;
      const start = performance.now();
      // A key that breaks the first document.
      document.execCommand("insertText", false, "[");
      const handled = performance.now() - start;
      while (window.seen === before) await new Promise((done) => setTimeout(done, 1));
      return [window.seenAt - start, handled];
    });
    times.push(time);
    held.push(handled);
    await page.keyboard.press("Control+z");
  }
  await context.close();
  return [round(median(times)), round(median(held))];
}

/** From a press of Apply to the list without what it mended, and from opening a finding to what would mend it, once
 * the workbench is there: in milliseconds. */
async function fixes(text, count) {
  const { context, page } = await visit(text);
  const [applied, shown] = [[], []];
  const open = () => page.evaluate(async () => {
    const start = performance.now();
    [...document.querySelectorAll(".finding > button")].find((it) => it.textContent.includes("allowPrivilegeEscalation")).click();
    while (!document.querySelector(".finding.open button.main")) await new Promise((done) => setTimeout(done, 1));
    return performance.now() - start;
  });
  for (let at = 0; at <= count; at += 1) {
    await page.waitForTimeout(500);
    const opened = await open();
    const time = await page.evaluate(async () => {
      const before = window.seen;
      const start = performance.now();
      document.querySelector(".finding.open button.main").click();
      while (window.seen === before) await new Promise((done) => setTimeout(done, 1));
      return window.seenAt - start;
    });
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    // The first one waits for the workbench.
    if (at > 0) {
      shown.push(opened);
      applied.push(time);
    }
  }
  await context.close();
  return [round(median(applied)), round(median(shown))];
}

const [paints, findings] = [[], []];
await visit(shop).then(({ context }) => context.close());
for (let run = 0; run < RUNS; run += 1) {
  const { context, page } = await visit(shop);
  paints.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN));
  findings.push(await page.evaluate(() => window.seenAt));
  await context.close();
}
console.log(`first contentful paint: ${round(median(paints))} ms`);
console.log(`first findings: ${round(median(findings))} ms`);
const small = await keystrokes(lines(200), 9);
console.log(`keystroke to findings, 200 lines: ${small[0]} ms, of which the keystroke itself ${small[1]} ms`);
const mended = await fixes(lines(200), 9);
console.log(`Apply to findings, 200 lines: ${mended[0]} ms; a finding opened to what would mend it: ${mended[1]} ms`);
const big = await keystrokes(LARGE, 5);
console.log(`keystroke to findings, ${Math.round(LARGE.length / 1000)} KB: ${big[0]} ms, of which the keystroke itself ${big[1]} ms`);
await browser.close();
stop();
process.exit(0);
