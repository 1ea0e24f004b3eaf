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
  // The list empties when the field does, which is before the first file is read.
  for (const file of Array.from(files ?? [])) {
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

/** So many drafts are kept: those of tabs that are open, and of some that were. */
const MOST_DRAFTS = 10;
const DRAFT = "harden.draft.";

const newTab = () => {
  const id = Math.random().toString(36).slice(2);
  try {
    sessionStorage.setItem("harden.tab", id);
  } catch {}
  return id;
};

/** This tab, also after it is loaded again: each has a draft of its own. */
let tab = (() => {
  try {
    return sessionStorage.getItem("harden.tab") ?? newTab();
  } catch {
    return newTab();
  }
})();

// A tab that was made from another one begins as its copy; only one of them may go on under the name.
void navigator.locks?.request(`harden.${tab}`, { ifAvailable: true }, (lock) => {
  if (lock) return new Promise(() => {});
  tab = newTab();
  return undefined;
});

/** The drafts, oldest first: when they were kept, by which tab. */
function drafts(): [number, string][] {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(DRAFT));
  const dated = keys.map((key): [number, string] => [Number.parseInt(localStorage.getItem(key) ?? "", 10) || 0, key]);
  return dated.sort(([a], [b]) => a - b);
}

/** Keeps a draft for this tab; older ones make room. */
export function keepDraft(text: string) {
  try {
    const own = DRAFT + tab;
    const others = drafts().filter(([, key]) => key !== own);
    for (let more = others.length - MOST_DRAFTS + 1; more > 0; more--) localStorage.removeItem(others.shift()?.[1] ?? "");
    for (;;) {
      try {
        localStorage.setItem(own, `${Date.now()} ${text}`);
        return;
      } catch (full) {
        const oldest = others.shift();
        if (!oldest) throw full;
        localStorage.removeItem(oldest[1]);
      }
    }
  } catch {}
}

/** The draft of this tab, or the newest that any tab kept. */
export function keptDraft(): string {
  try {
    const text = localStorage.getItem(DRAFT + tab) ?? localStorage.getItem(drafts().pop()?.[1] ?? "") ?? "";
    return text.slice(text.indexOf(" ") + 1);
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
