// Generating in a real browser: what the page shows is what the command prints, byte for byte.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { copied, end, on, paste, says } from "./browser.mjs";
import { POD } from "./manifests.mjs";

after(end);

const top = fileURLToPath(new URL("../..", import.meta.url));
const program = process.env.KUBECTL_HARDEN ?? `${top}/target/debug/kubectl-harden`;
const command = (words, input = "") => {
  const ran = spawnSync(program, words, { encoding: "utf8", cwd: top, input, stdio: "pipe" });
  // 1 is an answer, too: what to do where a platform takes no file.
  assert.ok(ran.status === 0 || ran.status === 1, ran.stderr);
  return ran.stdout;
};

/** Keys are made anew by every run. */
const masked = (text) => text.replace(/(?<![\w+/])[A-Za-z0-9+/]{43}=/g, "KEY");

/** Command lines that print keys or read them, which no gallery shows as they are. */
const KEYS = [
  "encryption",
  "encryption --provider aesgcm --resources secrets,configmaps --no-comments",
  "encryption --provider kms --kms-endpoint unix:///run/kms/vault.sock --migrated",
  "encryption --print-flags",
  "encryption rotate -f -",
  "encryption enable --provider aescbc -f -",
  "external-secret -f - --store fake --no-comments",
];

/** What comes in where a command line says `-`. */
function standardInput([generator, verb]) {
  if (generator === "audit-policy") return `${JSON.stringify(JSON.parse(readFileSync(`${top}/web/scenarios/event.json`)))}\n`;
  if (generator === "external-secret") return "apiVersion: v1\nkind: Secret\nmetadata: {name: app, namespace: team-a}\nstringData: {password: x}\n";
  if (verb === "enable") return "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - identity: {}\n";
  return command(["encryption", "--migrated"]);
}

/** The command lines of the gallery, by the names of their snapshots. */
function gallery() {
  const folder = `${top}/snapshots/generators`;
  const lines = new Map();
  for (const name of readdirSync(folder)) {
    const shown = readFileSync(`${folder}/${name}`, "utf8").match(/^description: (.+)$/m)?.[1];
    const line = shown?.startsWith('"') ? JSON.parse(shown) : shown;
    if (line) lines.set(name.replace(/\.snap$/, ""), line.replace("kubectl harden ", "").split(" "));
  }
  assert.ok(lines.size >= 14, "the gallery was found");
  for (const line of KEYS) lines.set(`\`${line}\``, line.split(" "));
  return lines;
}

test("a form shows what the command prints, and copies the command", () =>
  on("#/generate?c=namespace", async (page) => {
    await page.getByLabel("Name", { exact: true }).fill("team-a");
    await page.locator("#made").waitFor();
    assert.equal(await page.textContent("#made"), command(["namespace", "team-a"]));
    await page.locator("summary", { hasText: "Network" }).click();
    await page.getByLabel("Allow same namespace").check();
    await page.getByLabel("Allow from").fill("ingress-nginx:8080\nmonitoring");
    const words = ["namespace", "team-a", "--allow-same-namespace", "--allow-from", "ingress-nginx:8080", "--allow-from", "monitoring"];
    await page.locator("#command", { hasText: "monitoring" }).waitFor();
    assert.equal(await page.textContent("#command"), `kubectl harden ${words.join(" ")}`);
    assert.equal(await page.textContent("#made"), command(words));
    await page.getByRole("button", { name: "Copy as command" }).click();
    await page.getByText("Copied.").waitFor();
    assert.equal(await copied(page), `kubectl harden ${words.join(" ")}`);
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await page.locator("#command", { hasText: /same-namespace$/ }).waitFor();
  }));

test("what is wrong with a form is said in the words of the command", () =>
  on("#/generate?c=namespace", async (page) => {
    await page.getByLabel("Name", { exact: true }).fill("Team");
    const wrong = page.locator("p.wrong");
    await wrong.filter({ hasText: "RFC 1123" }).waitFor();
    const said = spawnSync(program, ["namespace", "Team"], { encoding: "utf8" }).stderr;
    assert.ok(said.includes(await wrong.textContent()), said);
  }));

for (const [name, words] of gallery()) {
  test(`the page and the command make the same of ${name}`, () =>
    on(`#/generate?c=${encodeURIComponent(words.join("\n"))}`, async (page) => {
      await page.locator("#command", { hasText: words[0] }).waitFor();
      const input = words.includes("-") ? standardInput(words) : "";
      if (input) {
        const [file] = await page.locator("textarea[placeholder='The text of -']").all();
        await file.evaluate((it) => { for (let at = it; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true; });
        await file.fill(input);
      }
      await page.locator("#made").waitFor();
      assert.equal(masked(await page.textContent("#made")), masked(command(words, input)));
    }));
}

test("keys are made in the page, stay while the form changes, and are neither kept nor checked", () =>
  on("#/generate?c=encryption", async (page) => {
    const key = async () => /secret: (\S+)/.exec(await page.textContent("#made"))[1];
    await page.getByText("This holds keys").waitFor();
    const first = await key();
    await page.evaluate(() => document.querySelectorAll("details").forEach((it) => (it.open = true)));
    await page.getByLabel("Key name").fill("key-of-team-a");
    await page.locator("#command", { hasText: "--key-name key-of-team-a" }).waitFor();
    await page.locator("#made", { hasText: "key-of-team-a" }).waitFor();
    assert.equal(await key(), first);
    await page.getByRole("button", { name: "New keys" }).click();
    await page.waitForFunction((first) => !document.querySelector("#made").textContent.includes(first), first);
    assert.equal(await page.getByRole("button", { name: "Check it" }).count(), 0);
    await page.waitForTimeout(1000);
    assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes(await key()));
  }));

test("what was made can be checked, and nothing is wrong with it", () =>
  on("#/generate?c=namespace%0Ateam-a", async (page) => {
    await page.getByRole("button", { name: "Check it" }).click();
    await page.getByText("Nothing to object to").waitFor();
  }));

test("without a network the workbench is missed with a message, and had as soon as there is one", () =>
  on(
    "",
    async (page, context) => {
      await paste(page, POD);
      await says(page, "findings");
      await context.route(/workbench_bg/, (route) => route.abort());
      await page.getByRole("link", { name: "Generate" }).click();
      await page.getByText("The engine could not be fetched").waitFor();
      await page.getByText("The engine is not here").waitFor();
      await context.unroute(/workbench_bg/);
      await page.getByRole("button", { name: "Check again" }).click();
      await page.locator("#made, .forms").first().waitFor();
      await page.getByText("could not be fetched").waitFor({ state: "detached" });
    },
    { serviceWorkers: "block", allowed: /Failed to (load|fetch)|net::ERR_FAILED/ },
  ));
