// The editor in a real browser: colours, folds, brackets, keys that follow the indentation, cards, search.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { end, on, paste, says } from "./browser.mjs";
import { LARGE, POD } from "./manifests.mjs";

after(end);

/** The text of the editor, as far as it is drawn. */
const drawn = (page) => page.locator(".cm-line").allTextContents().then((lines) => lines.join("\n"));

const selection = (page) =>
  page.evaluate(() => String(document.querySelector(".host").shadowRoot.getSelection?.() ?? getSelection()));

/** The colours that each of these texts is drawn in. */
const colours = (page, texts) => page.evaluate((texts) => {
  const content = document.querySelector(".host").shadowRoot.querySelector(".cm-content");
  return texts.map((text) => {
    const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      if (walker.currentNode.data.includes(text)) return getComputedStyle(walker.currentNode.parentElement).color;
    }
    return `${text} is not drawn`;
  });
}, texts);

/** Types what is written with the keys that are in angle brackets. */
async function type(page, keys) {
  for (const [, key, text] of keys.matchAll(/<([^>]+)>|([^<]+)/g)) {
    if (key) await page.keyboard.press(key);
    else await page.keyboard.type(text);
  }
}

/** What comes of these keys, typed into an empty editor. */
const typed = (keys) => async (page) => {
  await page.click(".cm-content");
  await type(page, `<Control+a><Delete>${keys}`);
  return drawn(page);
};

test("keys, strings, words, comments and marks differ in colour, and block scalars are text", () =>
  on("", async (page) => {
    await paste(page, `apiVersion: plain # remark
n: 12
no: false
flow: {"quoted key": 'single', more: null}
script: |
  # no remark
  inner: 13

  last
after: - "x
  closed" # second remark
---
next: 0x1F
`);
    const [key, plain, remark] = await colours(page, ["apiVersion", "plain", "# remark"]);
    const [mark, word, number] = await colours(page, [":", "false", "12"]);
    assert.equal(new Set([key, plain, remark, word]).size, 4);
    assert.equal(mark, remark);
    assert.equal(number, word);
    assert.deepEqual(await colours(page, ["quoted key", "more", "script", "after", "next"]), Array(5).fill(key));
    assert.deepEqual(await colours(page, ["'single'", "# no remark", "inner: 13", "last", "closed"]), Array(5).fill(plain));
    assert.deepEqual(await colours(page, ["null", "0x1F"]), [word, word]);
    assert.deepEqual(await colours(page, ["# second remark", "---"]), [remark, remark]);
    assert.equal((await page.locator(".cm-comment").first().evaluate((it) => getComputedStyle(it).fontStyle)), "italic");
  }));

test("colours follow what is typed above them", () =>
  on("", async (page) => {
    await paste(page, "script: |\n  inner: 13\n");
    const [text] = await colours(page, ["inner: 13"]);
    await type(page, "<Control+Home><End><Backspace>");
    const [key, number] = await colours(page, ["inner", "13"]);
    assert.notEqual(key, text);
    assert.notEqual(number, key);
    await type(page, ">-");
    assert.deepEqual(await colours(page, ["inner: 13"]), [text]);
  }));

test("the end of a megabyte has its colours", () =>
  on("", async (page) => {
    await paste(page, `${LARGE}\nlast: |\n  inner: 13\n`);
    await page.keyboard.press("Control+End");
    await page.locator(".cm-line", { hasText: "inner: 13" }).waitFor();
    const [key, text] = await colours(page, ["last", "inner: 13"]);
    assert.notEqual(key, text);
  }));

test("blocks fold by gutter and by key, and unfold by gutter, key and placeholder", () =>
  on("", async (page) => {
    const text = "spec:\n  containers:\n  - name: a\n    image: b\n  - name: c\n# remark\n\n  volumes: []\nlist:\n- a\nlast: {\n  \"a\": 1\n}";
    await paste(page, text);
    const gutter = (title) => page.locator(".cm-foldGutter span").and(page.getByTitle(title, { exact: true }));
    await gutter("Fold line").nth(1).click();
    assert.equal(await drawn(page), "spec:\n  containers:…\n# remark\n\n  volumes: []\nlist:\n- a\nlast: {\n  \"a\": 1\n}");
    await page.locator(".cm-foldPlaceholder").click();
    assert.equal(await drawn(page), text);
    await type(page, "<Control+Alt+[>");
    assert.equal(await drawn(page), "spec:…\nlist:…\nlast: {…}");
    // The first one is there for the width of the gutter alone.
    await gutter("Unfold line").nth(2).click();
    assert.equal(await drawn(page), "spec:…\nlist:\n- a\nlast: {…}");
    await page.locator(".cm-content").focus();
    await type(page, "<Control+Alt+]>");
    assert.equal(await drawn(page), text);
    await type(page, "<Control+Home><Control+Shift+BracketLeft>");
    assert.match(await drawn(page), /^spec:…\nlist/);
    await type(page, "<Control+Shift+BracketRight>");
    assert.equal(await drawn(page), text);
    await type(page, "<Control+Shift+BracketLeft><End><Backspace>");
    assert.doesNotMatch(await drawn(page), /…/, "what is edited is not hidden");
  }));

for (const [what, keys, text] of [
  ["under a key with no value, further right", "spec:<Enter>a: 1", "spec:\n  a: 1"],
  ["under a key with a value, below it", "  a: 1<Enter>b: 2", "  a: 1\n  b: 2"],
  ["in an item, below its first key", "- name: x<Enter>image: y", "- name: x\n  image: y"],
  ["under a key that begins an item, right of the key", "- env: # why<Enter>- x", "- env: # why\n    - x"],
  ["after an item, below its dash", "- x<Enter>- y", "- x\n- y"],
  ["in a block scalar, where its text is", "a:<Enter>b: |<Enter>one<Enter>  two<Enter>three", "a:\n  b: |\n    one\n      two\n      three"],
  ["after an anchor, as if there was none", "a: &x<Enter>b: 1", "a: &x\n  b: 1"],
  ["between brackets, on a line of its own", "a: []<ArrowLeft><Enter>x", "a: [\n  x\n]"],
  ["in front of a closing bracket, which moves left", "a:<Enter>b: [<Enter>x<Enter>]", "a:\n  b: [\n    x\n  ]"],
  ["after a comment, at its column", "  # a: b<Enter>c", "  # a: b\n  c"],
  ["after an address, which is no key", "a: http://x:80<Enter>b", "a: http://x:80\nb"],
  ["where the block is indented by more, as far", "a:<Enter>  x: 1<ArrowUp><End><Enter>y: 2", "a:\n    y: 2\n    x: 1"],
  ["below the line, by Ctrl-Enter", "a: 1<Home><Control+Enter>b", "a: 1\nb"],
  ["without the spaces it leaves behind", "a:<Enter><Enter>b", "a:\n\n  b"],
]) {
  test(`a new line begins ${what}`, () => on("", async (page) => assert.equal(await typed(keys)(page), text)));
}

test("brackets that belong together are shown, whatever strings between them hold", () =>
  on("", async (page) => {
    await paste(page, "a: [\"]\", {b: '}'}] # (\n");
    await type(page, "<Control+Home><ArrowRight><ArrowRight><ArrowRight>");
    const matching = () => page.locator(".cm-matchingBracket").allTextContents();
    assert.deepEqual(await matching(), ["[", "]"]);
    await type(page, "<Control+Shift+\\>");
    await type(page, "x");
    assert.equal((await drawn(page)).trim(), "a: [\"]\", {b: '}'}]x # (");
    await type(page, "<End>");
    assert.deepEqual(await matching(), []);
    assert.deepEqual(await page.locator(".cm-nonmatchingBracket").allTextContents(), ["("]);
  }));

test("comments toggle, lines move, selections grow, words are found again", () =>
  on("", async (page) => {
    await paste(page, "a:\n  b: c d\n  e: f\n");
    await type(page, "<Control+Home><ArrowDown><Control+/>");
    assert.match(await drawn(page), /^a:\n {2}# b: c d\n/);
    await type(page, "<Control+/><Alt+ArrowDown>");
    assert.match(await drawn(page), /^a:\n {2}e: f\n {2}b: c d\n/);
    await type(page, "<Control+z><Control+Home><ArrowDown><End><Control+i>");
    assert.equal(await selection(page), "c d");
    await type(page, "<Control+i>");
    assert.equal(await selection(page), "b: c d");
    await type(page, "<Control+i>");
    assert.equal((await selection(page)).replace(/\n+/g, "\n"), "a:\n  b: c d\n  e: f");
    await type(page, "<Control+Home><Alt+ArrowRight><Alt+ArrowRight><Alt+ArrowRight><Alt+Shift+ArrowRight>");
    assert.equal(await selection(page), "  b");
    await type(page, "<Control+f>");
    await page.locator(".cm-search").waitFor();
    await type(page, "f<Enter>");
    assert.equal(await page.locator(".cm-searchMatch-selected").textContent(), "f");
    await type(page, "<Escape>");
    await page.locator(".cm-search").waitFor({ state: "detached" });
  }));

test("cards come up over squiggles by key, one after the other, and beside markers", () =>
  on("", async (page) => {
    await paste(page, POD);
    await says(page, "findings");
    await page.locator(".cm-lint-marker-error").first().waitFor();
    await page.keyboard.press("Control+Home");
    const card = page.locator(".cm-tooltip-lint");
    const seen = [];
    for (const key of ["F8", "F8", "Shift+F8"]) {
      await page.keyboard.press(key);
      await card.waitFor();
      seen.push(await card.textContent());
    }
    assert.notEqual(seen[0], seen[1]);
    assert.equal(seen[0], seen[2]);
    await page.keyboard.press("Control+End");
    await card.waitFor({ state: "detached" });
    await page.locator(".cm-lint-marker-error").first().hover();
    await card.locator(".rule").first().waitFor();
    let box = await card.boundingBox();
    // CodeMirror puts a card far outside the window until it knows where it belongs.
    for (; box.y < 0; box = await card.boundingBox()) await page.waitForTimeout(20);
    await page.mouse.move(box.x + 20, box.y + 10, { steps: 4 });
    await page.waitForTimeout(100);
    assert.equal(await card.count(), 1, "the card stays while the pointer is on it");
    await page.mouse.move(box.x + 20, box.y + box.height + 100, { steps: 4 });
    await card.waitFor({ state: "detached" });
  }));
