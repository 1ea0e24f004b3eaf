// What is entered stays, and what may be secret gets nowhere: drafts and links in a real browser.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { address, copied, end, on, paste, says } from "./browser.mjs";
import { POD } from "./manifests.mjs";

after(end);

const MARKER = "hunter2marker";

const privileged = (page) => page.locator(".finding", { hasText: "privileged=true" });

const text = (page) =>
  page.evaluate(() => document.querySelector(".host").shadowRoot.querySelector(".cm-content").innerText);

/** The editor, once it shows this. */
const shows = (page, words) =>
  page.waitForFunction(
    (words) => document.querySelector(".host").shadowRoot?.querySelector(".cm-content")?.innerText.includes(words),
    words,
  );

const stored = (page) => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));

/** Waits until the drafts of this page hold something. */
const keeps = (page, words) =>
  page.waitForFunction((words) => JSON.stringify({ ...localStorage }).includes(words), words);

/** Long enough for a draft to be kept, had it been allowed. */
const rests = (page) => page.waitForTimeout(1500);

/** The tab of a file, by its place. */
const tab = (page, index) => page.locator(".files [aria-pressed]").nth(index);

const share = (page) => page.getByRole("button", { name: "Share" }).click();
const asks = (page) => page.getByRole("button", { name: "Make the link anyway" }).waitFor();

const encoded = Buffer.from(MARKER).toString("base64");

const SECRETS = {
  "a Secret": `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: ${MARKER}}\n`,
  "a Secret in base64": `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: ${encoded}}\n`,
  "a Secret that is broken": `apiVersion: v1\nkind: Secret\nmetadata: {name: s\nstringData:\n  password: ${MARKER}\n`,
  "a Secret of a template": `apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}\nstringData:\n  password: ${MARKER}\n`,
  "a Secret in comments": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n# apiVersion: v1\n# kind: Secret\n# stringData:\n#   password: ${MARKER}\n`,
  "a Secret without a version": `kind: Secret\nmetadata: {name: s}\nstringData: {password: ${MARKER}}\n`,
  "a Secret whose kind is misspelt": `apiVersion: v1\nkind: Secert\nmetadata: {name: s}\nstringData: {password: ${MARKER}}\n`,
  "a kubeconfig": `apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user: {token: ${MARKER}}\n`,
  "an annotation of kubectl": `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"password":"${MARKER}"}}\n`,
  "a password in the environment": `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: a\n    image: a\n    env:\n    - {name: DB_PASSWORD, value: ${MARKER}}\n`,
  "a password in a ConfigMap": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  db.properties: |\n    db.password=${MARKER}\n`,
  "a fake store": `apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: f}\nspec:\n  provider:\n    fake:\n      data:\n      - {key: a, value: ${MARKER}}\n`,
};

/** Whether any of these holds the marker, also where it is packed or encoded. */
async function assertNoMarker(page, what) {
  assert.doesNotMatch(page.url(), /[?&]s=/, what);
  for (const mark of [MARKER, encoded]) assert.ok(!(await stored(page)).includes(mark), `${what} is in a draft`);
}

test("nothing that may be secret is kept, and no link is made of it without a question", () =>
  on("", async (page) => {
    for (const [what, manifest] of Object.entries(SECRETS)) {
      await paste(page, manifest);
      // At once, before anything can have been checked.
      await share(page);
      await asks(page);
      assert.equal(await page.getByText("The link is copied").count(), 0, what);
      await rests(page);
      await assertNoMarker(page, what);
      await page.getByRole("button", { name: "Dismiss" }).click();
    }
  }));

test("a link that is made anyway is only copied: no address and no history has it", () =>
  on("", async (page) => {
    await paste(page, SECRETS["a Secret"]);
    await share(page);
    await page.getByRole("button", { name: "Make the link anyway" }).click();
    await page.getByText("The link is copied").waitFor();
    assert.ok((await copied(page)).startsWith(`${address}#/check?s=`));
    await assertNoMarker(page, "the Secret");
    await page.getByRole("link", { name: "Rules", exact: true }).click();
    await page.goBack();
    await assertNoMarker(page, "the Secret");
    await shows(page, MARKER);
  }));

test("one Secret takes nothing else of the draft with it", () =>
  on("", async (page) => {
    await paste(page, `${POD}---\n${SECRETS["a Secret"]}`);
    await keeps(page, "privileged: true");
    await page.getByRole("button", { name: "New file" }).click();
    await paste(page, SECRETS["a Secret"]);
    await page.getByRole("button", { name: "New file" }).click();
    await paste(page, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: third-file}\n");
    await keeps(page, "third-file");
    await assertNoMarker(page, "the Secret");
    await page.reload();
    await privileged(page).waitFor();
    assert.match(await text(page), /A document was here that is not kept/);
    await tab(page, 1).click();
    await shows(page, "third-file");
    assert.equal(await tab(page, 2).count(), 0, "of the second file nothing is left");
  }));

test("all files that are chosen are opened", () =>
  on("", async (page) => {
    const file = (name) => ({ name, mimeType: "text/yaml", buffer: Buffer.from(POD) });
    await page.setInputFiles("input[type=file]", ["a.yaml", "b.yaml", "c.yaml"].map(file));
    for (const name of ["a.yaml", "b.yaml", "c.yaml"]) {
      await page.getByRole("button", { name, exact: true }).waitFor();
    }
  }));

test("what is edited after a link was made is still there after Back and after a reload", () =>
  on("", async (page) => {
    await paste(page, POD);
    await says(page, "findings");
    await share(page);
    await page.getByText("The link is copied").waitFor();
    await paste(page, `${POD}# edited since\n`);
    await keeps(page, "edited since");
    await page.getByRole("link", { name: "Rules", exact: true }).click();
    await page.goBack();
    await shows(page, "edited since");
    await page.reload();
    await shows(page, "edited since");
  }));

test("a link in a second tab leaves the draft of the first alone", () =>
  on("", async (page, context) => {
    await paste(page, `${POD}# of the first tab\n`);
    await says(page, "findings");
    await keeps(page, "of the first tab");
    await share(page);
    await page.getByText("The link is copied").waitFor();
    const link = await copied(page);
    await paste(page, `${POD}# newer in the first tab\n`);
    await keeps(page, "newer in the first tab");
    const second = await context.newPage();
    await second.goto(link);
    await second.getByText("Opened from a link.").waitFor();
    await paste(second, `${POD}# of the second tab\n`);
    await keeps(second, "of the second tab");
    await page.reload();
    await shows(page, "newer in the first tab");
    await second.reload();
    await shows(second, "of the second tab");
  }));

test("what was entered since something was undone can be had back, too", () =>
  on("", async (page, context) => {
    await paste(page, POD);
    await says(page, "findings");
    await share(page);
    await page.getByText("The link is copied").waitFor();
    const link = await copied(page);
    await paste(page, `${POD}# my own\n`);
    await keeps(page, "my own");
    const second = await context.newPage();
    await second.goto(link);
    await second.getByText("Opened from a link.").waitFor();
    await paste(second, `${POD}# after the link\n`);
    await second.getByRole("button", { name: "Undo", exact: true }).click();
    await shows(second, "my own");
    await second.getByRole("button", { name: "Undo", exact: true }).click();
    await shows(second, "after the link");
  }));

test("where copying is not allowed, the link is shown, and is still no address", () =>
  on(
    "",
    async (page) => {
      await page.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error("no"));
      });
      await paste(page, POD);
      await says(page, "findings");
      await share(page);
      const link = page.getByLabel("Link", { exact: true });
      await page.getByText("does not let this page copy").waitFor();
      assert.ok((await link.inputValue()).startsWith(`${address}#/check?s=`));
      assert.doesNotMatch(page.url(), /s=/);
    },
  ));

test("two tabs over one draft keep what each of them was given", () =>
  on("", async (page, context) => {
    await paste(page, `${POD}# both begin with this\n`);
    await keeps(page, "both begin with this");
    const second = await context.newPage();
    await second.goto(address);
    await shows(second, "both begin with this");
    await paste(second, `${POD}# of the second tab\n`);
    await keeps(second, "of the second tab");
    await paste(page, `${POD}# of the first tab\n`);
    await keeps(page, "of the first tab");
    await second.reload();
    await shows(second, "of the second tab");
    await page.reload();
    await shows(page, "of the first tab");
  }));

test("a closed tab comes back without what was edited elsewhere since being lost", () =>
  on("", async (page) => {
    await paste(page, POD);
    await page.getByRole("button", { name: "New file" }).click();
    await paste(page, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: closed-file}\n");
    await page.getByRole("button", { name: /^Close / }).nth(1).click();
    await tab(page, 1).waitFor({ state: "detached" });
    await paste(page, `${POD}# edited since\n`);
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await tab(page, 1).waitFor();
    await shows(page, "closed-file");
    await tab(page, 0).click();
    await shows(page, "edited since");
  }));
