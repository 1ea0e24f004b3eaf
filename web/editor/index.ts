// What the page needs of JavaScript: the editor, the worker's life, links. Bundled into gen/editor.js.
export { Editor } from "./editor";
export { Engine } from "./engine";
export { pack, unpack } from "./link";
export { copy, download, forget, keep, keepsOffline, kept, paint, read, rest } from "./platform";
