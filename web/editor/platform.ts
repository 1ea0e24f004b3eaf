// What the page asks of the browser itself.

/** A file that is larger is no manifest. Bytes. */
const LARGEST_FILE = 16_000_000;

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function download(name: string, text: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Names and texts of the files that are text, one after the other. */
export async function read(files: FileList | null): Promise<string[]> {
  const texts: string[] = [];
  for (const file of files ?? []) {
    if (file.size > LARGEST_FILE) continue;
    const text = await file.text();
    if (!text.includes("\0")) texts.push(file.name, text);
  }
  return texts;
}

/** Keeps a text until the next visit; where that is not allowed, nothing is kept. */
export function keep(key: string, text: string) {
  try {
    localStorage.setItem(`harden.${key}`, text);
  } catch {}
}

export function kept(key: string): string {
  try {
    return localStorage.getItem(`harden.${key}`) ?? "";
  } catch {
    return "";
  }
}

export function forget() {
  try {
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith("harden."))) {
      localStorage.removeItem(key);
    }
  } catch {}
}

const system = matchMedia("(prefers-color-scheme: dark)");

/** Chooses `light`, `dark`, or what the system says; returns whether it is dark now. */
export function paint(theme: string): boolean {
  const isDark = theme === "dark" || (theme !== "light" && system.matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  return isDark;
}

/** Resolves once the whole page is kept for use without a network; false where that cannot be. */
export async function keepsOffline(): Promise<boolean> {
  try {
    await navigator.serviceWorker.register("./sw.js");
    return (await navigator.serviceWorker.ready).active !== null;
  } catch {
    return false;
  }
}

let timer = 0;

/** Calls once typing has rested; calls that were waiting are dropped. */
export function rest(call: () => void) {
  clearTimeout(timer);
  timer = setTimeout(call, 600);
}
