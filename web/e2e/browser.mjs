// A browser with the page in it, which fails a test on any console error and on any request to another
// origin.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { serve } from "./server.mjs";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
assert.ok(existsSync(executablePath), `there is no browser at ${executablePath}: set CHROMIUM`);
const { address, port, stop } = await serve();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

export { address, port };

export async function end() {
  await browser.close();
  stop();
}

/** Runs a test on a page of its own; `allowed` are console errors that the test provokes. */
export async function on(hash, test, { allowed = /^$/, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !allowed.test(message.text())) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  context.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("blob:")) {
      wrong.push(`asked ${request.url()}`);
    }
  });
  try {
    await page.goto(address + hash);
    await page.waitForSelector("nav [aria-current]");
    await test(page, context);
    assert.deepEqual(wrong, [], "no console error, no request to another origin");
  } finally {
    await context.close();
  }
}

/** Pastes into the editor, as a person would. */
export async function paste(page, text) {
  await page.click(".cm-content");
  await page.keyboard.press("Control+a");
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const content = document.querySelector(".host").shadowRoot.querySelector(".cm-content");
    content.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
}

export const copied = (page) => page.evaluate(() => navigator.clipboard.readText());

/** The headline over the findings, once it says this. */
export async function says(page, text) {
  await page.locator(".summary .large, .empty .large").filter({ hasText: text }).first().waitFor();
}
