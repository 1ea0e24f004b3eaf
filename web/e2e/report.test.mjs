// The report as a page: no barrier, no overflow and no request at any width, and filters that leave what they say.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { POD } from "./manifests.mjs";

const { AxeBuilder } = createRequire(import.meta.url)("@axe-core/playwright");
const top = fileURLToPath(new URL("../..", import.meta.url));
const program = process.env.KUBECTL_HARDEN ?? `${top}/target/debug/kubectl-harden`;
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
assert.ok(existsSync(executablePath), `there is no browser at ${executablePath}: set CHROMIUM`);

const HOSTILE = `apiVersion: v1
kind: ConfigMap
metadata:
  name: "</script><script>document.title = 'taken'</script><img src=x onerror=alert(1)>"
data:
  password: ${"a1-Long.value".repeat(20)}
`;

const folder = mkdtempSync(join(tmpdir(), "report-"));
const pods = ["api", "web", "a-name-as-long-as-names-of-generated-objects-may-be-0123456789"];
writeFileSync(join(folder, "pods.yaml"), pods.map((it) => POD.replace("name: web", `name: ${it}`)).join("---\n"));
writeFileSync(join(folder, "hostile.yaml"), HOSTILE);
const made = spawnSync(program, ["check", ".", "-o", "html"], { cwd: folder, encoding: "utf8" });
assert.equal(made.status, 1, made.stderr);
const page = join(folder, "report.html");
writeFileSync(page, made.stdout);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

async function on(options, test) {
  const context = await browser.newContext(options);
  const view = await context.newPage();
  const wrong = [];
  view.on("console", (message) => wrong.push(message.text()));
  view.on("pageerror", (error) => wrong.push(String(error)));
  context.on("request", (request) => {
    if (!request.url().startsWith("file:")) wrong.push(`asked ${request.url()}`);
  });
  await view.goto(pathToFileURL(page).href);
  await test(view);
  assert.deepEqual(wrong, []);
  await context.close();
}

for (const width of [1280, 400]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`there is no barrier and no overflow at ${width} pixels, ${colorScheme}`, () =>
      on({ viewport: { width, height: 900 }, colorScheme }, async (view) => {
        await view.evaluate(() => document.querySelectorAll("details").forEach((it) => { it.open = true; }));
        const { violations } = await new AxeBuilder({ page: view }).analyze();
        assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes[0].html}`), []);
        const widths = await view.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(widths[0] <= widths[1], `${widths}`);
        assert.match(await view.title(), /^kubectl harden: \d+ findings/);
      }));
  }
}

test("the worst comes first, with the lines to change and the page of its rule", () =>
  on({ viewport: { width: 1280, height: 900 } }, async (view) => {
    const first = view.locator(".one").first();
    assert.match(await first.innerText(), /critical[\s\S]*privileged-container/);
    assert.match(await first.locator("del").innerText(), /privileged: true/);
    assert.match(await first.locator("ins").innerText(), /privileged: false/);
    assert.match(await first.locator("a").getAttribute("href"), /\/docs\/rules\/privileged-container\.md$/);
  }));

test("severities and objects can be filtered", () =>
  on({ viewport: { width: 1280, height: 900 } }, async (view) => {
    const shown = () => view.locator("article:visible").count();
    const all = await shown();
    await view.getByLabel("Objects and files with").fill("pod SHOP/web");
    assert.equal(await view.locator(".object:visible").count(), 1);
    assert.equal(await view.textContent("#found"), "1 of 4");
    for (const severity of ["high", "medium", "low"]) await view.locator(`#show-${severity}`).uncheck();
    assert.equal(await shown(), 1);
    assert.equal(await view.locator(".one:visible").count(), 1);
    await view.locator("#show-critical").uncheck();
    assert.equal(await view.locator(".object:visible").count(), 0);
    for (const severity of ["critical", "high", "medium", "low"]) await view.locator(`#show-${severity}`).check();
    await view.getByLabel("Objects and files with").fill("");
    assert.equal(await shown(), all);
  }));

test("without scripts all is there but the search", () =>
  on({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false }, async (view) => {
    assert.equal(await view.locator("#find").isVisible(), false);
    await view.locator("#show-critical").uncheck();
    assert.equal(await view.locator(".finding.critical:visible").count(), 0);
    assert.ok(await view.locator(".finding.medium:visible").count() > 0);
  }));
