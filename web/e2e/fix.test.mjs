// Mending in a real browser: shown, applied, taken back; alone and together; by keyboard, on a phone, for everybody.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { end, on, paste, says } from "./browser.mjs";
import { POD } from "./manifests.mjs";

const { AxeBuilder } = createRequire(import.meta.url)("@axe-core/playwright");
const command = fileURLToPath(new URL("../../target/debug/kubectl-harden", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "harden-fix-"));
after(end);
after(() => rmSync(folder, { recursive: true }));

const FLOW = `# é😀
apiVersion: v1
kind: Pod
metadata: {name: flow, namespace: shop}
spec: {containers: [{name: app, image: "registry.example.com/web:1.4.2", securityContext: {privileged: true}}]} # kept
`;

const JSON_POD = `{
  "apiVersion": "v1", "kind": "Pod",
  "metadata": {"name": "json", "namespace": "shop"},
  "spec": {
    "containers": [
      {"name": "é😀", "image": "registry.example.com/web:1.4.2",
       "securityContext": {"privileged": true}}
    ]
  }
}
`;

const privileged = (page) => page.locator(".finding", { hasText: "privileged=true" });
const written = async (page) => `${(await page.locator(".cm-line").allTextContents()).join("\n").trimEnd()}\n`;
const status = (page) => page.locator(".notices p");
const apply = (page) => page.locator(".finding.open").getByRole("button", { name: /^Apply/ });
const focused = (page) => page.evaluate(() => document.activeElement.textContent);

/** What the command makes of a text. */
function mended(text, ...options) {
  const file = join(folder, "manifest.yaml");
  writeFileSync(file, text);
  try {
    return execFileSync(command, ["fix", "-q", "-o", "yaml", ...options, file], { encoding: "utf8" });
  } catch (error) {
    // Where something is left to do, it says so by its code.
    assert.ok([1, 3].includes(error.status), error);
    return error.stdout;
  }
}

async function open(page, finding) {
  await finding.locator("button").first().click();
  await apply(page).waitFor();
}

for (const [style, text] of Object.entries({ block: POD, flow: FLOW, JSON: JSON_POD })) {
  test(`what would mend a finding is shown, applied in one step and taken back: ${style}`, () =>
    on("", async (page) => {
      await paste(page, text);
      await says(page, "findings");
      await open(page, privileged(page));
      const expected = text.replace(/(privileged"?: )true/, "$1false");
      const [line, after] = [text, expected].map((it) => it.split("\n").find((line) => line.includes("privileged")));
      assert.equal(await page.locator(".finding.open .minus").textContent(), `${line}\n`);
      assert.equal(await page.locator(".finding.open .plus").textContent(), `${after}\n`);
      const messages = await page.locator(".finding .message").allTextContents();
      const place = messages.findIndex((it) => it.includes("privileged=true"));
      const next = messages[place + 1] ?? messages[place - 1];
      await apply(page).click();
      await privileged(page).waitFor({ state: "detached" });
      assert.equal(await written(page), expected);
      assert.equal(await status(page).textContent(), "1 finding is mended in one file, 1 in need of thought.");
      assert.ok((await focused(page)).startsWith(next), "the next finding has the focus, or the last one");
      await page.locator(".cm-content").focus();
      await page.keyboard.press("Control+z");
      await privileged(page).waitFor();
      assert.equal(await written(page), text);
    }));

  test(`all that is safe is mended as the command does: ${style}`, () =>
    on("", async (page) => {
      await paste(page, text);
      await says(page, "findings");
      await page.getByRole("button", { name: /^Apply all safe: \d+$/ }).click();
      await status(page).filter({ hasText: /mended in one file\./ }).waitFor();
      assert.equal(await written(page), mended(text, "--safe-only"));
      await privileged(page).waitFor();
      await page.waitForFunction(() => document.activeElement.matches(".summary h2"));
      await page.getByRole("button", { name: "Undo", exact: true }).click();
      await status(page).filter({ hasText: "as it was before" }).waitFor();
      assert.equal(await written(page), text);
    }));

  test(`pods reach the level that is asked for: ${style}`, () =>
    on("", async (page) => {
      await paste(page, text);
      await says(page, "findings");
      const reach = page.getByRole("button", { name: /^Reach restricted: \d+$/ });
      const [, count] = (await page.locator("#thought").textContent()).match(/^(\d+) of \d+ needs? thought$/);
      assert.equal(await reach.getAttribute("aria-describedby"), "thought");
      await reach.click();
      await status(page).filter({ hasText: `${count} in need of thought` }).waitFor();
      await page.locator(".summary", { hasText: "1 workload: 1 restricted" }).waitFor();
      assert.match(await written(page), /"?runAsNonRoot"?: true/);
      await reach.waitFor({ state: "detached" });
      await page.locator(".cm-content").focus();
      await page.keyboard.press("Control+z");
      await privileged(page).waitFor();
      assert.equal(await written(page), text);
    }));
}

test("what needs thought says why before it is applied, and a lower level asks for less", () =>
  on("", async (page) => {
    await paste(page, POD);
    await says(page, "findings");
    await open(page, privileged(page));
    const order = await page.locator(".finding.open").evaluate((it) => {
      const thought = [...it.querySelectorAll("h3")].find((it) => it.textContent.startsWith("Think first"));
      return thought.compareDocumentPosition(it.querySelector("button.main")) & Node.DOCUMENT_POSITION_FOLLOWING;
    });
    assert.ok(order);
    await page.getByLabel("Level").selectOption("baseline");
    await page.getByRole("button", { name: "Reach baseline: 1" }).click();
    await privileged(page).waitFor({ state: "detached" });
    assert.equal(await written(page), POD.replace("privileged: true", "privileged: false"));
  }));

test("what cannot be changed says why, and what to do by hand", () =>
  on("", async (page) => {
    const shared = POD.replace("securityContext:", "securityContext: &shared").trimEnd();
    await paste(page, `${shared}\n  - {name: other, image: "a.example/b:1", securityContext: *shared}\n`);
    await says(page, "findings");
    await privileged(page).locator("button").first().click();
    await page.locator(".refusal").first().filter({ hasText: /Not changed here: .*alias.*write the value out/ }).waitFor();
    assert.equal(await apply(page).count(), 0);
  }));

test("what is ignored offers nothing", () =>
  on("", async (page) => {
    await paste(page, POD.replace("# a driver", "# harden: ignore[privileged-container] a driver"));
    await says(page, "findings");
    await page.locator(".finding.ignored button").first().click();
    await page.locator(".finding.open", { hasText: "Ignored: a driver" }).waitFor();
    await page.waitForTimeout(500);
    assert.equal(await page.locator(".finding.open .change, .finding.open button.main").count(), 0);
  }));

test("several files are mended together, each in a step of its own, and had back together", () =>
  on("", async (page) => {
    await paste(page, POD);
    const files = [FLOW, JSON_POD].map((text, at) => (
      { name: `${at}.yaml`, mimeType: "text/yaml", buffer: Buffer.from(text) }));
    await page.setInputFiles("input[type=file]", files);
    await page.getByText("of 1.yaml").first().waitFor();
    const all = async () => {
      const texts = [];
      for (const name of ["manifest.yaml", "0.yaml", "1.yaml"]) {
        await page.getByRole("button", { name, exact: true }).click();
        texts.push(await written(page));
      }
      return texts;
    };
    await page.getByRole("button", { name: /^Apply all safe/ }).click();
    await status(page).filter({ hasText: "mended in 3 files" }).waitFor();
    assert.deepEqual(await all(), [POD, FLOW, JSON_POD].map((text) => mended(text, "--safe-only")));
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await status(page).filter({ hasText: "as it was before" }).waitFor();
    assert.deepEqual(await all(), [POD, FLOW, JSON_POD]);
    await privileged(page).filter({ hasText: "0.yaml" }).locator("button").first().click();
    await apply(page).click();
    await privileged(page).filter({ hasText: "0.yaml" }).waitFor({ state: "detached" });
    assert.deepEqual(await all(), [POD, FLOW.replace("true", "false"), JSON_POD]);
  }));

test("what was asked of a text that changed meanwhile is not applied", () =>
  on("", async (page, context) => {
    const held = [];
    await context.route(/workbench_bg\.wasm$/, (route) => void held.push(route));
    await paste(page, POD);
    await says(page, "findings");
    await page.getByRole("button", { name: /^Apply all safe/ }).click();
    while (!held.length) await page.waitForTimeout(20);
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("# typed\n");
    await status(page).filter({ hasText: "The text changed meanwhile" }).waitFor();
    for (const route of held) await route.continue();
    await open(page, privileged(page));
    assert.equal(await written(page), `# typed\n${POD}`);
    await apply(page).click();
    await privileged(page).waitFor({ state: "detached" });
    await page.locator(".cm-content").focus();
    await page.keyboard.type("# more\n");
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await status(page).filter({ hasText: "The text changed since then" }).waitFor();
    assert.match(await written(page), /# more/);
  }, { serviceWorkers: "block" }));

test("everything is mended by the keyboard alone, and said", () =>
  on("", async (page) => {
    await paste(page, POD);
    await says(page, "findings");
    await page.locator(".cm-content").focus();
    const until = async (text) => {
      for (let at = 0; at < 60; at += 1) {
        const name = await page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent);
        if (text.test(name)) return;
        await page.keyboard.press("Tab");
      }
      assert.fail(`the keyboard never came to ${text}`);
    };
    await until(/privileged=true/);
    await page.keyboard.press("Enter");
    await apply(page).waitFor();
    await until(/^Apply what mends privileged-container$/);
    await page.keyboard.press("Enter");
    await privileged(page).waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement.matches(".finding > button"));
    assert.equal(await page.locator(".notices[role=status] p").textContent(), "1 finding is mended in one file, 1 in need of thought.");
    await page.keyboard.press("Enter");
    await page.locator(".finding.open").waitFor();
  }));

for (const colorScheme of ["light", "dark"]) {
  test(`nobody meets a barrier where something is mended, on a phone neither: ${colorScheme}`, () =>
    on("", async (page) => {
      await paste(page, POD);
      await says(page, "findings");
      await page.locator("#thought").click();
      await open(page, privileged(page));
      const { violations } = await new AxeBuilder({ page }).analyze();
      assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join(" | ")}`), []);
      for (const width of [400, 360]) {
        await page.setViewportSize({ width, height: 740 });
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, "nothing to scroll sideways");
      }
      const small = await new AxeBuilder({ page }).options({ runOnly: ["target-size"] }).analyze();
      assert.deepEqual(small.violations.flatMap((it) => it.nodes.map((node) => node.html)), []);
      await apply(page).click();
      await privileged(page).waitFor({ state: "detached" });
      const after = await new AxeBuilder({ page }).analyze();
      assert.deepEqual(after.violations.map((it) => it.id), []);
    }, { colorScheme, reducedMotion: "reduce" }));
}
