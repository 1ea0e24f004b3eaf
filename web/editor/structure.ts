// What keys do that follows YAML's structure: lines begin where they may, brackets close where they
// were opened, the cursor and the selection go by what is a unit.
import { EditorSelection, type SelectionRange } from "@codemirror/state";
import { type Command, EditorView } from "@codemirror/view";
import { block } from "./folding";
import { highlighter } from "./highlight";
import { UNIT } from "./language";
import { indentation } from "./yaml";

/** The column that a line begins at which is put after `before`, the rest of the line at `position`. */
function column(view: EditorView, position: number): number {
  const { doc } = view.state;
  const line = doc.lineAt(position);
  const before = line.text.slice(0, position - line.from);
  const own = indentation(before);
  const reading = view.plugin(highlighter)?.read(doc, line, before);
  if (!reading || own === before.length) return own;
  const { start, end } = reading;
  if (end.block !== undefined) return start.block === end.block ? own : Math.max(0, end.block + UNIT);
  const texts = reading.tokens.map((token) => ({ ...token, text: before.slice(token.from, token.to) }));
  // Comments, anchors and tags leave what is around them as it is.
  const tokens = texts.filter(({ kind, text }) => kind !== "comment" && !/^[&!]/.test(text));
  const last = tokens.at(-1);
  if (!last || end.quote || start.quote) return own;
  if (end.flow || start.flow) return /[[{]/.test(last.text) && !last.kind ? own + UNIT : own;
  const head = tokens.findLast(({ kind, text }) => kind === "key" || text === "-" || text === "?");
  if (!head) return own;
  if (last.text !== ":" && last !== head) return head.from;
  // As far as its block is indented already.
  const next = line.number < doc.lines ? indentation(doc.line(line.number + 1).text) : 0;
  return next > head.from ? next : head.from + UNIT;
}

/** Puts a line where the cursor is, or below its line. */
const newline =
  (isBelow: boolean): Command =>
  (view) => {
    const { state } = view;
    const changes = state.changeByRange(({ from, to }) => {
      const line = state.doc.lineAt(from);
      if (isBelow) from = to = state.doc.lineAt(to).to;
      const indent = column(view, from);
      const last = state.doc.lineAt(to);
      const isBetween = !isBelow && from === to && /^(?:\[\]|\{\})$/.test(state.sliceDoc(from - 1, from + 1));
      to += indentation(last.text.slice(to - last.from));
      if (!isBelow && from <= line.from + indentation(line.text)) from = line.from;
      const insert = `${state.lineBreak}${" ".repeat(indent)}`;
      const closing = isBetween ? `${state.lineBreak}${" ".repeat(indentation(line.text))}` : "";
      return {
        changes: { from, to, insert: state.toText(insert + closing) },
        range: EditorSelection.cursor(from + 1 + indent),
      };
    });
    view.dispatch(state.update(changes, { scrollIntoView: true, userEvent: "input" }));
    return true;
  };

export const insertNewline = newline(false);
export const insertLineBelow = newline(true);

/** Puts a closing bracket that begins a line at the column of the line with the opening one. */
export const closing = EditorView.inputHandler.of((view, from, to, insert) => {
  const { doc, selection } = view.state;
  const line = doc.lineAt(from);
  const plugin = view.plugin(highlighter);
  if (!plugin || !/^[\]}]$/.test(insert) || from > line.from + indentation(line.text)) return false;
  const { flow } = plugin.read(doc, line).start;
  if (!flow || to > line.to || selection.ranges.length > 1) return false;
  let opening = line;
  while (opening.number > 1 && plugin.read(doc, opening).start.flow >= flow) opening = doc.line(opening.number - 1);
  const text = " ".repeat(indentation(opening.text)) + insert;
  view.dispatch({
    changes: { from: line.from, to, insert: text },
    selection: { anchor: line.from + text.length },
    scrollIntoView: true,
    userEvent: "input.type",
  });
  return true;
});

/** The closest to the range that is more than it: a token, the line's text, a block, everything. */
function around(view: EditorView, { from, to }: SelectionRange): SelectionRange {
  const { doc } = view.state;
  const line = doc.lineAt(from);
  const isMore = (start: number, end: number) => start <= from && end >= to && end - start > to - from;
  for (const token of view.plugin(highlighter)?.read(doc, line).tokens ?? []) {
    const [start, end] = [line.from + token.from, line.from + token.to];
    if (isMore(start, end)) return EditorSelection.range(start, end);
  }
  let least = Infinity;
  for (let { number } = line; number > 0; number -= 1) {
    const head = doc.line(number);
    const indent = indentation(head.text);
    const isItem = head.text.startsWith("- ", indent);
    if (indent === head.length || (isItem ? indent >= least : indent > least)) continue;
    least = Math.min(least, indent);
    const start = head.from + indent;
    for (const end of [head.to, block(doc, head.from)?.to ?? 0]) {
      if (isMore(start, end)) return EditorSelection.range(start, end);
    }
  }
  return EditorSelection.range(0, doc.length);
}

/** The end of the token that a position is in or before, or where the next line begins; or backwards. */
function beside(view: EditorView, position: number, isForward: boolean): number {
  const { doc } = view.state;
  const line = doc.lineAt(position);
  const tokens = view.plugin(highlighter)?.read(doc, line).tokens ?? [];
  const column = position - line.from;
  const next = isForward
    ? tokens.find(({ to }) => to > column)?.to
    : tokens.findLast(({ from }) => from < column)?.from;
  if (next !== undefined) return line.from + next;
  return isForward ? Math.min(line.to + 1, doc.length) : Math.max(line.from - 1, 0);
}

const select =
  (move: (view: EditorView, range: SelectionRange) => SelectionRange): Command =>
  (view) => {
    const { ranges, mainIndex } = view.state.selection;
    const selection = EditorSelection.create(ranges.map((range) => move(view, range)), mainIndex);
    view.dispatch({ selection, scrollIntoView: true, userEvent: "select" });
    return true;
  };

export const selectAround = select(around);
export const moveBeside = (isForward: boolean) =>
  select((view, { head }) => EditorSelection.cursor(beside(view, head, isForward)));
export const selectBeside = (isForward: boolean) =>
  select((view, { anchor, head }) => EditorSelection.range(anchor, beside(view, head, isForward)));
