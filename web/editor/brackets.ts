// Brackets that belong together, shown and jumped between.
import { type Command, Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { EditorSelection } from "@codemirror/state";
import { kinds } from "./highlight";

/** As far as the other bracket is looked for, in UTF-16 units. */
const FAR = 10_000;
const BRACKETS = "()[]{}";

interface Pair {
  at: number;
  /** Undefined when there is no other one. */
  other?: number;
  isMatch: boolean;
}

/** The bracket that touches a position, and its other one. */
function pair(view: EditorView, position: number): Pair | undefined {
  const { doc } = view.state;
  const at = [position - 1, position].find((at) => at >= 0 && bracket(doc.sliceString(at, at + 1)) >= 0);
  if (at === undefined) return;
  const start = Math.max(0, at - FAR);
  const text = doc.sliceString(start, at + FAR);
  const own = bracket(text.charAt(at - start));
  const step = own % 2 ? -1 : 1;
  const kindAt = kinds(view);
  const kind = kindAt(at);
  let depth = 0;
  let other = at;
  for (; other >= start && other < start + text.length; other += step) {
    const found = bracket(text.charAt(other - start));
    if (found < 0 || kindAt(other) !== kind) continue;
    depth += found % 2 ? -step : step;
    if (!depth) return { at, other, isMatch: found >> 1 === own >> 1 };
  }
  // Further away there may be one.
  return other < 0 || other >= doc.length ? { at, isMatch: false } : undefined;
}

const bracket = (character: string) => (character ? BRACKETS.indexOf(character) : -1);

const matching = Decoration.mark({ class: "cm-matchingBracket" });
const lone = Decoration.mark({ class: "cm-nonmatchingBracket" });

function mark(view: EditorView): DecorationSet {
  const ranges = view.state.selection.ranges.flatMap(({ empty, head }) => {
    const found = empty ? pair(view, head) : undefined;
    if (!found) return [];
    const mark = found.isMatch ? matching : lone;
    const { at, other = at } = found;
    return (at === other ? [at] : [at, other]).map((at) => mark.range(at, at + 1));
  });
  return Decoration.set(ranges, true);
}

/** Reads what the highlighter has found, and so comes after it. */
export const brackets = [
  ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      private isLate = false;

      constructor(view: EditorView) {
        this.decorations = mark(view);
      }

      update({ changes, docChanged, selectionSet, view }: ViewUpdate) {
        if (!docChanged && !selectionSet && !this.isLate) return;
        this.isLate = view.composing;
        this.decorations = view.composing ? this.decorations.map(changes) : mark(view);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  ),
  EditorView.baseTheme({
    "&.cm-focused .cm-matchingBracket": { backgroundColor: "#328c8252" },
    "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "#bb555544" },
  }),
];

/** Moves the cursors to the other bracket. */
export const toBracket: Command = (view) => {
  const { selection } = view.state;
  let isMoved = false;
  const ranges = selection.ranges.map((range) => {
    const found = pair(view, range.head);
    if (found?.other === undefined) return range;
    isMoved = true;
    return EditorSelection.cursor(found.other + (found.at === range.head ? 1 : 0));
  });
  if (isMoved) {
    view.dispatch({ selection: EditorSelection.create(ranges, selection.mainIndex), scrollIntoView: true });
  }
  return isMoved;
};
