// Scripts in fewer bytes: terser's names and merged statements compress better than those of esbuild.
import { minify } from "terser";

export async function smaller(script) {
  const { code } = await minify(script, {
    module: true,
    ecma: 2020,
    compress: { ecma: 2020, passes: 2 },
    format: { ecma: 2020, comments: false },
  });
  return code;
}
