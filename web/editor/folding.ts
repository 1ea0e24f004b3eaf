// Blocks, which are what is indented further than the line above, and folding them away.
import { RangeSet, RangeSetBuilder, StateEffect, StateField, type Text } from "@codemirror/state";
import {
  type BlockInfo,
  type Command,
  Decoration,
  type DecorationSet,
  EditorView,
  gutter,
  GutterMarker,
  type KeyBinding,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from "@codemirror/view";
import { indentation } from "./yaml";

export interface Range {
  from: number;
  to: number;
}

/** What is below the line at `position` and part of it, or as much of that as tells that there is any. */
export function block(doc: Text, position: number, isWhole = true): Range | undefined {
  const head = doc.lineAt(position);
  const indent = indentation(head.text);
  if (indent === head.length || /^(?:#|---)/.test(head.text.slice(indent))) return;
  const isItem = /^\s*-(?:\s|$)/.test(head.text);
  let [at, to] = [head.to + 1, head.to];
  if (head.number === doc.lines) return;
  for (const text of doc.iterLines(head.number + 1)) {
    const column = indentation(text);
    const rest = text.slice(column, column + 2);
    if (rest && (column > indent || (column === indent && !isItem && /^-\s?$/.test(rest)))) {
      to = at + text.length;
      if (!isWhole) break;
    } else if (rest && !rest.startsWith("#")) {
      const isClosed = column === indent && to > head.to && /[[{]\s*$/.test(head.text) && /^[\]}]/.test(rest);
      if (isClosed) to = at + column;
      break;
    }
    at += text.length + 1;
  }
  if (to > head.to) return { from: head.to, to };
}

const map = ({ from, to }: Range, changes: { mapPos(position: number, side: number): number }) => {
  const range = { from: changes.mapPos(from, 1), to: changes.mapPos(to, -1) };
  return range.from < range.to ? range : undefined;
};
const fold = StateEffect.define<Range>({ map });
const unfold = StateEffect.define<Range>({ map });

class Placeholder extends WidgetType {
  toDOM(view: EditorView) {
    const element = document.createElement("span");
    element.textContent = "…";
    element.setAttribute("aria-label", "folded code");
    element.title = "unfold";
    element.className = "cm-foldPlaceholder";
    element.onclick = (event) => {
      toggle(view, [view.lineBlockAt(view.posAtDOM(element))], [unfold], false);
      event.preventDefault();
    };
    return element;
  }
}

const folded = Decoration.replace({ widget: new Placeholder() });

/** The folds without those that hold something of a range. */
function without(ranges: DecorationSet, from: number, to: number): DecorationSet {
  return ranges.update({ filterFrom: from, filterTo: to, filter: (start, end) => start >= to || end <= from });
}

const folds = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(ranges, transaction) {
    if (transaction.isUserEvent("delete")) {
      transaction.changes.iterChangedRanges((from, to) => {
        ranges = without(ranges, from, to);
      });
    }
    ranges = ranges.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(fold)) ranges = ranges.update({ add: [folded.range(effect.value.from, effect.value.to)] });
      if (effect.is(unfold)) ranges = without(ranges, effect.value.from, effect.value.to);
    }
    if (transaction.selection) {
      const { head } = transaction.selection.main;
      ranges = without(ranges, head, head);
    }
    return ranges;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The outermost fold in a range. */
function found(view: EditorView, { from, to }: Range): Range | undefined {
  let outermost: Range | undefined;
  view.state.field(folds).between(from, to, (from, to) => {
    if (!outermost || from < outermost.from) outermost = { from, to };
  });
  return outermost;
}

type Fold = typeof fold;

/** Folds or unfolds what begins in these lines, whichever is allowed and possible; tells whether any is. */
function toggle(view: EditorView, lines: Range[], allowed: Fold[], isAnnounced = true): boolean {
  const { doc } = view.state;
  const effects: StateEffect<unknown>[] = [];
  for (const line of lines) {
    const old = found(view, line);
    const range = old ?? block(doc, line.from);
    const effect = old ? unfold : fold;
    if (!range || !allowed.includes(effect)) continue;
    effects.push(effect.of(range));
    if (!isAnnounced) continue;
    const [first, last] = [doc.lineAt(range.from).number, doc.lineAt(range.to).number];
    effects.push(EditorView.announce.of(`${old ? "Unfolded" : "Folded"} lines ${first} to ${last}.`));
  }
  if (effects.length) view.dispatch({ effects });
  return effects.length > 0;
}

/** The lines with a cursor. */
const selected = (view: EditorView): BlockInfo[] =>
  view.state.selection.ranges.map(({ head }) => view.lineBlockAt(head));

const foldAll: Command = (view) => {
  const { doc } = view.state;
  const lines: Range[] = [];
  for (let at = 0; at < doc.length; ) {
    const line = view.lineBlockAt(at);
    lines.push(line);
    at = (block(doc, line.from)?.to ?? line.to) + 1;
  }
  return toggle(view, lines, [fold], false);
};

const unfoldAll: Command = (view) => {
  const effects: StateEffect<Range>[] = [];
  view.state.field(folds).between(0, view.state.doc.length, (from, to) => {
    effects.push(unfold.of({ from, to }));
  });
  if (effects.length) view.dispatch({ effects });
  return effects.length > 0;
};

class Marker extends GutterMarker {
  constructor(
    private readonly text: string,
    private readonly title: string,
  ) {
    super();
  }

  toDOM() {
    const element = document.createElement("span");
    element.textContent = this.text;
    element.title = this.title;
    return element;
  }
}

const canFold = new Marker("⌄", "Fold line");
const canUnfold = new Marker("›", "Unfold line");

const markers = ViewPlugin.fromClass(
  class {
    set: RangeSet<GutterMarker>;

    constructor(view: EditorView) {
      this.set = this.mark(view);
    }

    update({ docChanged, startState, state, view, viewportChanged }: ViewUpdate) {
      if (docChanged || viewportChanged || startState.field(folds) !== state.field(folds)) this.set = this.mark(view);
    }

    private mark(view: EditorView) {
      const builder = new RangeSetBuilder<GutterMarker>();
      for (const line of view.viewportLineBlocks) {
        if (found(view, line)) builder.add(line.from, line.from, canUnfold);
        else if (block(view.state.doc, line.from, false)) builder.add(line.from, line.from, canFold);
      }
      return builder.finish();
    }
  },
);

const looks = EditorView.baseTheme({
  ".cm-foldPlaceholder": {
    backgroundColor: "#eee",
    border: "1px solid #ddd",
    color: "#888",
    borderRadius: ".2em",
    margin: "0 1px",
    padding: "0 1px",
    cursor: "pointer",
  },
  ".cm-foldGutter span": { padding: "0 1px", cursor: "pointer" },
});

export const folding = [
  folds,
  markers,
  gutter({
    class: "cm-foldGutter",
    markers: (view) => view.plugin(markers)?.set ?? RangeSet.empty,
    initialSpacer: () => canUnfold,
    domEventHandlers: { click: (view, line) => toggle(view, [line], [fold, unfold], false) },
  }),
  looks,
];

export const foldKeymap: KeyBinding[] = [
  { key: "Ctrl-Shift-[", mac: "Cmd-Alt-[", run: (view) => toggle(view, selected(view), [fold]) },
  { key: "Ctrl-Shift-]", mac: "Cmd-Alt-]", run: (view) => toggle(view, selected(view), [unfold]) },
  { key: "Ctrl-Alt-[", run: foldAll },
  { key: "Ctrl-Alt-]", run: unfoldAll },
];
