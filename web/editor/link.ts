// Links that hold what is on the page: compressed, and bounded when they are opened, because anybody
// can make one.

/** Characters of a link, and bytes of what it holds. */
const LONGEST = 2_000_000;
const LARGEST = 4_000_000;

/** Text to `A-Za-z0-9-_`. */
export async function pack(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The text again; empty when the link is broken, or holds more than anybody would paste. */
export async function unpack(packed: string): Promise<string> {
  if (packed.length > LONGEST || !/^[\w-]+$/.test(packed)) return "";
  try {
    const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const [reader, decoder] = [stream.getReader(), new TextDecoder("utf-8", { fatal: true })];
    let [text, size] = ["", 0];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.byteLength;
      if (size > LARGEST) {
        await reader.cancel();
        return "";
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return "";
  }
}
