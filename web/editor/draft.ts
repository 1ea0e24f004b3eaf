// What is entered, as links and the browser's storage hold it: JSON that anybody may have written.

/** More files than this are a mistake, or malice. */
const MOST_FILES = 100;

interface Draft {
  /** The version of this format. */
  v: number;
  level: string;
  version: string;
  /** Names and texts. */
  files: [string, string][];
}

export function writeDraft(level: string, version: string, files: string[]): string {
  const pairs = Array.from({ length: files.length / 2 }, (_, at) => files.slice(2 * at, 2 * at + 2));
  return JSON.stringify({ v: 1, level, version, files: pairs });
}

/** The level, the version, then names and texts; empty when it is no sound draft. */
export function readDraft(text: string): string[] {
  let draft: unknown;
  try {
    draft = JSON.parse(text);
  } catch {
    return [];
  }
  return isSound(draft) ? [draft.level, draft.version, ...draft.files.flat()] : [];
}

function isSound(it: unknown): it is Draft {
  if (typeof it !== "object" || it === null) return false;
  const { v, level, version, files, ...others } = it as Record<string, unknown>;
  const isPair = (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === "string");
  return (
    v === 1 &&
    ["privileged", "baseline", "restricted"].includes(level as string) &&
    typeof version === "string" &&
    /^(latest|v1\.\d{1,4})$/.test(version) &&
    Array.isArray(files) &&
    files.length <= MOST_FILES &&
    files.every(isPair) &&
    Object.keys(others).length === 0
  );
}
