// Serves the built page from a subfolder, compressed, as a static host would.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

export const dist = fileURLToPath(new URL("../dist", import.meta.url));

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
};

/** Bytes as brotli sends them. */
export function compressed(bytes, quality = 11) {
  const settings = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(bytes, { params: settings });
}

/** Starts a server on a free port; answers with the address of the page, and how to stop. */
export async function serve(prefix = "/tools/harden/") {
  const kept = new Map();
  const read = (name) => {
    if (!kept.has(name)) kept.set(name, compressed(readFileSync(join(dist, name)), 5));
    return kept.get(name);
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const name = path === prefix ? "index.html" : path.slice(prefix.length);
    try {
      if (!path.startsWith(prefix) || name.includes("..")) throw new Error("not here");
      const body = read(name);
      response.writeHead(200, {
        "content-type": types[extname(name)] ?? "application/octet-stream",
        "content-encoding": "br",
        "content-length": body.length,
        "cache-control": "no-cache",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  return { address: `http://127.0.0.1:${port}${prefix}`, port, stop: () => server.close() };
}
