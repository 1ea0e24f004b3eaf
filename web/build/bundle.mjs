// Bundles the editor and the style sheets into gen/, before trunk builds the page.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { smaller } from "./smaller.mjs";

const web = fileURLToPath(new URL("..", import.meta.url));
const common = { absWorkingDir: web, bundle: true, logLevel: "warning", legalComments: "none", target: ["chrome123"] };
await build({ ...common, entryPoints: ["style/index.css"], minify: true, outfile: "gen/style.css" });

const [editor] = (
  await build({
    ...common,
    alias: { "@codemirror/language": "./editor/language.ts", "@lezer/common": "./editor/language.ts" },
    entryPoints: ["editor/index.ts"],
    format: "esm",
    minifySyntax: true,
    outfile: "gen/editor.js",
    write: false,
  })
).outputFiles;
writeFileSync(join(web, "gen/editor.js"), await smaller(editor.text));
