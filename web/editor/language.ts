// What CodeMirror's commands ask of @codemirror/language, in place of that package, which would bring
// its syntax trees along: here YAML is read line by line.
import { Facet } from "@codemirror/state";

/** Columns that a block is indented by. */
export const UNIT = 2;

export const getIndentUnit = () => UNIT;
export const indentString = (_state: unknown, columns: number) => " ".repeat(columns);
export const indentUnit = Facet.define<string, string>({ combine: () => indentString(undefined, UNIT) });

// Only commands that are not bundled call these: structure.ts and brackets.ts have others in their place.
export const getIndentation = undefined;
export const IndentContext = undefined;
export const matchBrackets = undefined;
export const NodeProp = undefined;
export const syntaxTree = undefined;
