// Checking in a real browser: paste, findings, jump, explain, copy, files, links, crashes.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { address, copied, end, on, paste, says } from "./browser.mjs";
import { LARGE, POD } from "./manifests.mjs";

after(end);

const privileged = (page) => page.locator(".finding", { hasText: "privileged=true" });

test("a pasted manifest is checked, and each finding leads to its line, its reason and its remedy", () =>
  on("", async (page) => {
    await paste(page, POD);
    await says(page, "findings");
    assert.match(await page.textContent(".summary"), /1 workload: 0 restricted, 0 baseline, 1 neither; \d+ findings from restricted/);
    await privileged(page).locator("button").first().click();
    const details = privileged(page).locator(".details");
    assert.match(await details.locator(".minus").textContent(), /^ {6}privileged: true # a driver/);
    assert.match(await details.locator(".plus").textContent(), /^ {6}privileged: false # a driver/);
    const selected = () =>
      page.evaluate(() => document.querySelector(".host").shadowRoot.querySelector(".cm-activeLine").textContent);
    assert.equal(await selected(), "      privileged: true # a driver", "the line is where bytes and units differ");
    await details.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Copied.").waitFor();
    assert.equal(await copied(page), "      privileged: false # a driver\n");
    await details.getByRole("link", { name: /Explain/ }).click();
    await page.getByRole("heading", { name: "A container runs privileged" }).waitFor();
  }));

test("what is missing is shown as lines at the right indentation", () =>
  on("", async (page) => {
    await paste(page, POD);
    const finding = page.locator(".finding", { hasText: "allowPrivilegeEscalation" });
    await finding.locator("button").first().click();
    const line = finding.locator(".plus", { hasText: "allowPrivilegeEscalation" }).first();
    await line.waitFor();
    assert.equal(await line.textContent(), "      allowPrivilegeEscalation: false\n");
  }));

test("squiggles say why on hover", () =>
  on("", async (page) => {
    await paste(page, POD);
    await page.locator(".cm-lintRange-error").first().hover();
    await page.locator(".cm-tooltip-lint .why").first().waitFor();
    assert.match(await page.locator(".cm-tooltip-lint").textContent(), /root on its node/);
  }));

test("typing is checked at once, and what was undone is back", () =>
  on("", async (page) => {
    await paste(page, POD);
    await privileged(page).waitFor();
    await page.getByRole("button", { name: /critical/ }).first().waitFor();
    await page.locator(".cm-line", { hasText: "privileged: true" }).click();
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    for (let at = 0; at < 12; at += 1) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+End");
    await page.keyboard.type("false");
    await privileged(page).waitFor({ state: "detached" });
    await page.keyboard.press("Control+z");
    await privileged(page).waitFor();
  }));

test("filters, levels and versions change what is shown", () =>
  on("", async (page) => {
    await paste(page, POD);
    await privileged(page).waitFor();
    await page.getByRole("button", { name: /\d critical/ }).click();
    await privileged(page).waitFor({ state: "detached" });
    await page.getByRole("button", { name: /\d critical/ }).click();
    await page.getByLabel("Standard").selectOption("beyond");
    await privileged(page).waitFor({ state: "detached" });
    await page.getByLabel("Standard").selectOption("");
    await page.getByLabel("Level").selectOption("privileged");
    await privileged(page).waitFor({ state: "detached" });
    await page.getByLabel("Kubernetes").selectOption("v1.25");
    await says(page, "finding");
  }));

test("several files are checked together, and a closed one can be had back", () =>
  on("", async (page) => {
    await page.getByLabel("Examples").selectOption("shop.yaml");
    await says(page, "findings");
    await page.setInputFiles("input[type=file]", {
      name: "pod.yaml",
      mimeType: "text/yaml",
      buffer: Buffer.from(POD),
    });
    await page.getByText("of pod.yaml").first().waitFor();
    await page.getByRole("button", { name: "Close pod.yaml" }).click();
    await page.getByText("of pod.yaml").first().waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await page.getByText("of pod.yaml").first().waitFor();
  }));

test("a shared link opens the same files elsewhere", async () => {
  let link = "";
  await on("", async (page) => {
    await paste(page, POD);
    await says(page, "findings");
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByText("The link is copied").waitFor();
    link = await copied(page);
  });
  assert.ok(link.startsWith(`${address}#/check?s=`), link);
  await on(link.slice(address.length), async (page) => {
    await privileged(page).waitFor();
    const text = await page.evaluate(
      () => document.querySelector(".host").shadowRoot.querySelector(".cm-content").innerText,
    );
    assert.equal(text.trim(), POD.trim());
  });
});

test("a link that would hold a Secret is made only on demand, and no draft is kept of it", () =>
  on("", async (page) => {
    await paste(page, "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2hunter2}\n");
    await says(page, "finding");
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByText("Your files hold a Secret").waitFor();
    assert.doesNotMatch(page.url(), /s=/);
    await page.waitForTimeout(1000);
    const kept = await page.evaluate(() => JSON.stringify(localStorage));
    assert.doesNotMatch(kept, /hunter2/);
  }));

test("hostile links open nothing and hold nothing up", async () => {
  const { deflateRawSync } = await import("node:zlib");
  const pack = (text) => deflateRawSync(Buffer.from(text)).toString("base64url");
  const draft = (extra) => JSON.stringify({ v: 1, level: "baseline", version: "v1.30", files: [], ...extra });
  const hostile = [
    pack("x".repeat(100_000_000)),
    pack("not json"),
    pack(draft({ v: 2 })),
    pack(draft({ level: "<img src=x onerror=alert(1)>" })),
    pack(draft({ more: 1 })),
    pack(draft({ files: Array.from({ length: 5000 }, () => ["a", "b"]) })),
    "A".repeat(1000),
    "%00%ff",
  ];
  for (const packed of hostile) {
    await on(`#/check?s=${packed}`, async (page) => {
      await page.getByText("This link is broken or holds too much").waitFor();
      await says(page, "Paste a manifest");
    });
  }
  const name = "<img src=x onerror=alert(1)>";
  await on(`#/check?s=${pack(draft({ files: [[name, POD]] }))}`, async (page) => {
    await page.getByRole("button", { name }).waitFor();
    assert.equal(await page.locator("img").count(), 0);
  });
});

test("drafts stay until they are forgotten", () =>
  on("", async (page) => {
    await paste(page, POD);
    await says(page, "findings");
    await page.waitForTimeout(1000);
    await page.reload();
    await privileged(page).waitFor();
    await page.getByRole("button", { name: "Keys and privacy" }).click();
    await page.getByRole("button", { name: "Forget everything" }).click();
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await says(page, "Paste a manifest");
    await page.waitForTimeout(1000);
    await page.reload();
    await says(page, "Paste a manifest");
  }));

test("an engine that crashes or is stuck is replaced, and nothing is lost", () =>
  on(
    "",
    async (page) => {
      await paste(page, POD);
      await privileged(page).waitFor();
      await page.workers()[0].evaluate(() => void setTimeout(() => { throw new Error("boom"); }));
      await page.getByText("The engine crashed").waitFor();
      await page.getByRole("button", { name: "Check again" }).click();
      await page.getByText("The engine crashed").waitFor({ state: "detached" });
      await privileged(page).waitFor();
      const worker = page.workers()[0];
      worker.evaluate(() => void setTimeout(() => { for (;;); })).catch(() => {});
      await page.waitForTimeout(200);
      await paste(page, POD.replace("true", "false"));
      await page.getByText("The engine took too long").waitFor();
      await page.getByRole("button", { name: "Check again" }).click();
      await privileged(page).waitFor({ state: "detached" });
    },
    { allowed: /boom/ },
  ));

test("a megabyte is checked while typing goes on", () =>
  on("", async (page) => {
    assert.ok(LARGE.length > 1_000_000);
    await paste(page, LARGE);
    await says(page, /\d{4,} findings/);
    assert.ok((await page.locator(".finding").count()) <= 100);
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("# typed\n");
    const first = page.locator(".cm-line").first();
    assert.equal(await first.textContent(), "# typed");
  }));

test("the page runs without a network", () =>
  on("", async (page, context) => {
    await page.getByText("Runs offline").waitFor();
    await page.reload();
    await context.setOffline(true);
    await page.reload();
    await paste(page, POD);
    await privileged(page).waitFor();
    await page.goto(`${address}#/generate?c=namespace`);
    await page.getByLabel("Name", { exact: true }).fill("team-a");
    await page.locator("#made").waitFor();
  }));

test("an audit policy says what it makes of an event, and which rule decides", () =>
  on("#/simulate", async (page) => {
    await page.getByRole("button", { name: "Audit policy" }).click();
    await page.getByText("the API server would not start").waitFor();
    await paste(page, `apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: None
  verbs: [watch]
- level: Metadata
  resources:
  - group: ""
    resources: [secrets]
`);
    const words = page.getByLabel("Answer", { exact: true });
    await words.filter({ hasText: /^Metadata: .*:6 rules\[1\] decides/ }).waitFor();
    const event = page.getByLabel("An event of an audit log");
    await event.fill((await event.inputValue()).replace('"get"', '"watch"'));
    await words.filter({ hasText: /^None: .*:4 rules\[0\] decides/ }).waitFor();
    await page.getByRole("button", { name: "New file" }).click();
    await page.getByText("the API server would not start").waitFor();
    await page.getByRole("button", { name: "manifest.yaml", exact: true }).click();
    await words.filter({ hasText: /^None: .*:4 rules\[0\] decides/ }).waitFor();
    await event.fill("{");
    await page.locator("p.wrong", { hasText: "event" }).waitFor();
  }));

test("files that are dropped anywhere are opened, and what is no text is left out", () =>
  on("", async (page) => {
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "dropped.yaml"));
      data.items.add(new File([new Uint8Array([0, 1, 2])], "picture.png"));
      const event = (name) => new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true });
      const main = document.querySelector("main");
      if (main.dispatchEvent(event("dragover"))) throw new Error("nothing may be dropped");
      main.dispatchEvent(event("drop"));
    }, POD);
    await page.getByRole("button", { name: "dropped.yaml", exact: true }).waitFor();
    await privileged(page).waitFor();
    assert.equal(await page.getByText("picture.png").count(), 0);
  }));
