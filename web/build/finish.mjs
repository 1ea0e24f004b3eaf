// Finishes what trunk built: smaller scripts, the policy that lets the page talk to nobody, integrity,
// the service worker that keeps everything for use without a network.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { smaller } from "./smaller.mjs";

const dist = process.env.TRUNK_STAGING_DIR ?? process.argv[2];
const hash = (kind, data) => `${kind}-${createHash(kind).update(data).digest("base64")}`;
for (const name of readdirSync(dist).filter((name) => name.endsWith(".js") && name !== "editor.js")) {
  const path = join(dist, name);
  writeFileSync(path, await smaller(readFileSync(path, "utf8")));
}

const index = join(dist, "index.html");
let html = readFileSync(index, "utf8");

// Trunk starts the page from a script inside of it: only that very text may run.
const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)].map((match) => match[1]);
html = html.replace("{{SCRIPTS}}", scripts.map((text) => `'${hash("sha256", text)}'`).join(" "));
html = html.replace(/(<link rel="modulepreload" href="\.\/([^"]+)")([^>]*?)(?: integrity="[^"]*")?>/g, (_, link, name, rest) =>
  `${link}${rest} integrity="${hash("sha384", readFileSync(join(dist, name)))}">`);
// Browsers ignore integrity there, and say so on every visit.
html = html.replace(/(<link rel="preload"[^>]*?) integrity="[^"]*"/g, "$1");
writeFileSync(index, html);

const files = readdirSync(dist).filter((name) => !["index.html", "sw.js"].includes(name)).sort();
const version = createHash("sha256").update(html);
for (const name of files) version.update(name).update(readFileSync(join(dist, name)));
const worker = readFileSync(new URL("sw.js", import.meta.url), "utf8")
  .replace('"{{VERSION}}"', JSON.stringify(`harden-${version.digest("hex").slice(0, 16)}`))
  .replace('"{{FILES}}"', JSON.stringify(["./", ...files.map((name) => `./${name}`)]));
writeFileSync(join(dist, "sw.js"), worker);

// As hosts that compress nothing by themselves send it, and as the command carries it.
for (const name of readdirSync(dist)) {
  writeFileSync(join(dist, `${name}.gz`), gzipSync(readFileSync(join(dist, name)), { level: 9 }));
}
