// What everybody gets: no barrier in any view and either theme, all of it by keyboard, small enough, and
// the pictures of the README.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { end, on, paste, says } from "./browser.mjs";
import { POD } from "./manifests.mjs";
import { compressed, dist } from "./server.mjs";

after(end);

const { AxeBuilder } = createRequire(import.meta.url)("@axe-core/playwright");
const pictures = fileURLToPath(new URL("../pictures", import.meta.url));

/** What a visitor who was never here waits for, and all that there is, in bytes of brotli. */
const BUDGET = { first: 780_000, all: 1_250_000 };

function weigh(what, names, budget) {
  const sizes = [...names].sort().map((name) => [name, compressed(readFileSync(join(dist, name))).length]);
  const sum = sizes.reduce((sum, [, size]) => sum + size, 0);
  console.log(`${sum} bytes ${what}: ${sizes.map(([name, size]) => `${name} ${size}`).join(", ")}`);
  assert.ok(sum < budget, `${sum} bytes ${what} are more than ${budget}`);
}

test("what is transferred before the first findings keeps to the budget, and so does everything", () =>
  on("", async (page) => {
    const asked = new Set();
    page.on("request", (request) => asked.add(new URL(request.url()).pathname.split("/").pop() || "index.html"));
    await page.reload();
    await page.getByLabel("Examples").selectOption("shop.yaml");
    await says(page, "findings");
    await page.waitForLoadState("networkidle");
    assert.ok(asked.has("engine_bg.wasm"), "requests of workers are counted");
    assert.ok(!asked.has("workbench_bg.wasm"), "the workbench waits until somebody wants it");
    weigh("before the first findings", asked, BUDGET.first);
    weigh("in all", readdirSync(dist).filter((name) => !name.endsWith(".gz")), BUDGET.all);
  }, { serviceWorkers: "block" }));

const VIEWS = {
  empty: ["", (page) => says(page, "Paste a manifest")],
  check: ["", async (page) => {
    await page.getByLabel("Examples").selectOption("build-runner.yaml");
    await says(page, "findings");
    await page.locator(".finding button").first().click();
    await page.locator(".plus, .change").first().waitFor();
  }],
  made: ["#/generate?c=namespace%0Ateam-a", (page) => page.locator("#made").waitFor()],
  generate: ["#/generate?c=namespace%0Ateam-a", async (page) => {
    await page.locator("#made").waitFor();
    for (const heading of await page.locator("summary").all()) await heading.click();
  }],
  rules: ["#/rules/privileged-container", (page) => page.getByText("Not flagged").waitFor()],
  simulate: ["#/simulate", async (page) => {
    await paste(page, POD);
    await says(page, "will not run");
  }],
  audit: ["#/simulate", async (page) => {
    await page.getByRole("button", { name: "Audit policy" }).click();
    await page.locator("p.wrong").waitFor();
  }],
  help: ["", async (page) => {
    await page.getByRole("button", { name: "Keys and privacy" }).click();
    await page.getByRole("dialog").waitFor();
  }],
};

for (const [name, [hash, prepare]] of Object.entries(VIEWS)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`nobody meets a barrier: ${name}, ${colorScheme}`, () =>
      on(hash, async (page) => {
        await prepare(page);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const told = violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
        assert.deepEqual(told, []);
      }, { colorScheme, reducedMotion: "reduce" }));
  }
}

for (const [name, [hash, prepare]] of Object.entries(VIEWS)) {
  test(`nothing is cut off on a small phone, and fingers hit what they want: ${name}`, () =>
    on(hash, async (page) => {
      await prepare(page);
      const [width, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.equal(width, room, "nothing to scroll sideways");
      const { violations } = await new AxeBuilder({ page }).options({ runOnly: ["target-size"] }).analyze();
      assert.deepEqual(violations.flatMap((it) => it.nodes.map((node) => node.html)), []);
    }, { viewport: { width: 360, height: 740 } }));
}

test("nothing moves while the page comes up, with a draft and without", async () => {
  for (const files of [[], [["a.yaml", POD], ["b.yaml", POD]]]) {
    await on("", async (page) => {
      await page.addInitScript((draft) => {
        localStorage.setItem("harden.draft.other", `1 ${draft}`);
        window.moved = [];
        new PerformanceObserver((list) => {
          const shown = ({ node, previousRect, currentRect }) =>
            [node?.outerHTML?.slice(0, 80), JSON.stringify(previousRect), JSON.stringify(currentRect)].join(" ");
          for (const entry of list.getEntries()) window.moved.push(...entry.sources.map(shown));
        }).observe({ type: "layout-shift", buffered: true });
      }, JSON.stringify({ v: 1, level: "restricted", version: "latest", files }));
      await page.reload();
      await says(page, files.length ? "findings" : "Paste a manifest");
      await page.getByText("Runs offline").waitFor();
      assert.deepEqual(await page.evaluate(() => window.moved), []);
    });
  }
});

test("who likes it dark never sees it light", async () => {
  const DARK = "rgb(16, 20, 26)";
  const early = (theme) => async (page, context) => {
    await page.evaluate((theme) => theme && localStorage.setItem("harden.theme", theme), theme);
    const held = [];
    await context.route(/\.js$/, (route) => void held.push(route));
    page.reload().catch(() => {});
    while (held.length < 2) await page.waitForTimeout(20);
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), DARK);
    await context.unroute(/\.js$/);
    await page.waitForSelector("nav [aria-current]");
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), DARK);
  };
  await on("", early("dark"), { colorScheme: "light", serviceWorkers: "block" });
  await on("", early(""), { colorScheme: "dark", serviceWorkers: "block" });
});

test("everything can be done with the keyboard alone", () =>
  on("", async (page) => {
    const { keyboard } = page;
    const focused = () => page.evaluate(() => {
      const inner = document.activeElement.shadowRoot?.activeElement ?? document.activeElement;
      return inner.getAttribute("aria-label") ?? inner.labels?.[0]?.textContent ?? inner.textContent.trim();
    });
    const until = async (text, key = "Tab") => {
      for (let at = 0; at < 80; at += 1) {
        if (text.test(await focused())) return;
        await keyboard.press(key);
      }
      assert.fail(`the keyboard never came to ${text}`);
    };
    await until(/^Skip/);
    await until(/^Manifest$/);
    await keyboard.insertText(POD);
    await says(page, "findings");
    await keyboard.press("F8");
    await page.locator(".cm-tooltip-lint").waitFor();
    await keyboard.press("Escape");
    await until(/privileged=true/);
    await keyboard.press("Enter");
    await page.locator(".finding.open .plus").first().waitFor();
    await until(/^Explain privileged-container/);
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: "A container runs privileged" }).waitFor();
    await keyboard.press("Alt+2");
    await page.locator("#made").waitFor();
    await until(/^namespace$/);
    await keyboard.press("Enter");
    await until(/^Name$/);
    await keyboard.type("team-a");
    await page.locator("#made", { hasText: "name: team-a" }).waitFor();
    await until(/^Copy as command$/);
    await keyboard.press("Alt+4");
    await says(page, "will not run");
    await keyboard.press("Alt+1");
    await page.getByLabel("Findings").waitFor();
    await until(/^Keys and privacy$/);
    await keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }));

// Written only when asked for, because other fonts make other pictures.
test("the pictures of the README are taken", async () => {
  const isAsked = process.env.PICTURES === "1";
  if (isAsked) mkdirSync(pictures, { recursive: true });
  const take = (name, view, options) => {
    const [hash, prepare] = VIEWS[view];
    return on(hash, async (page) => {
      await prepare(page);
      await page.mouse.move(0, 0);
      const path = isAsked ? join(pictures, `${name}.png`) : undefined;
      const picture = await page.screenshot({ path, animations: "disabled" });
      assert.ok(picture.length > 10_000, name);
    }, { ...options, allowed: /Content Security Policy/ });
  };
  const desk = { viewport: { width: 1200, height: 750 } };
  await take("check-light", "check", { ...desk, colorScheme: "light" });
  await take("check-dark", "check", { ...desk, colorScheme: "dark" });
  await take("generate-light", "made", { ...desk, colorScheme: "light" });
  await take("check-phone", "check", { viewport: { width: 390, height: 844 }, colorScheme: "light", isMobile: true });
});
