// Bundles the editor and the style sheets into gen/, before trunk builds the page.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = fileURLToPath(new URL("..", import.meta.url));
const common = { absWorkingDir: web, bundle: true, minify: true, logLevel: "warning", legalComments: "none" };
await build({
  ...common,
  entryPoints: ["editor/index.ts"],
  format: "esm",
  target: ["es2022"],
  outfile: "gen/editor.js",
});
await build({ ...common, entryPoints: ["style/index.css"], target: ["chrome123"], outfile: "gen/style.css" });
