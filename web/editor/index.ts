// What the page needs of JavaScript: the editor, the life of workers, links. Bundled into gen/editor.js.
export { Connection } from "./connection";
export { Editor } from "./editor";
export { readDraft, writeDraft } from "./draft";
export { pack, unpack } from "./link";
export { copy, download, forget, keep, keepDraft, keepsOffline, kept, keptDraft, paint, read, rest } from "./platform";
