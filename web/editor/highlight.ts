// Colours for YAML, only where it can be seen; nothing below is read, and what is above only once.
import { type Line, RangeSetBuilder, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { type Context, type Kind, type Token, tokenize, TOP } from "./yaml";

/** Whoever jumps further, in lines, gets colours from a guess: that nothing was open this much above. */
const FAR = 50_000;
const NEAR = 2_000;

/** Lines from here on, in UTF-16 units, have no colours, and are taken to open nothing. */
const LONG = 100_000;

function read(text: string, context: Context, emit: (token: Token) => void): Context {
  return text.length < LONG ? tokenize(text, context, emit) : context;
}

const marks = Object.fromEntries(
  ["key", "text", "word", "quiet", "comment"].map((kind) => [kind, Decoration.mark({ class: `cm-${kind}` })]),
) as Record<Exclude<Kind, "">, Decoration>;

export interface Reading {
  tokens: Token[];
  /** What the line begins in. */
  start: Context;
  /** What the next one begins in. */
  end: Context;
}

class Highlighter {
  decorations: DecorationSet;
  /** What lines begin in, from the line `first` on. */
  private contexts = [TOP];
  private first = 1;

  constructor(view: EditorView) {
    this.decorations = this.decorate(view);
  }

  update({ changes, docChanged, startState, view, viewportChanged }: ViewUpdate) {
    if (docChanged) {
      let changed = startState.doc.length;
      changes.iterChangedRanges((from) => {
        changed = Math.min(changed, from);
      });
      const valid = startState.doc.lineAt(changed).number - this.first + 1;
      this.contexts.length = Math.max(0, Math.min(this.contexts.length, valid));
    }
    if (docChanged || viewportChanged) this.decorations = this.decorate(view);
  }

  private context(doc: Text, number: number): Context {
    const { contexts } = this;
    if (number < this.first || !contexts.length) {
      this.first = 1;
      contexts.splice(0, contexts.length, TOP);
    }
    if (number - this.first - contexts.length > FAR) {
      this.first = number - NEAR;
      contexts.splice(0, contexts.length, TOP);
    }
    let last = this.first + contexts.length - 1;
    if (last < number) {
      const lines = doc.iterLines(last, number);
      for (; last < number; last += 1) {
        contexts.push(read(lines.next().value, contexts[contexts.length - 1] ?? TOP, () => {}));
      }
    }
    return contexts[number - this.first] ?? TOP;
  }

  /** Reads a line, or a text in place of it. */
  read(doc: Text, line: Line, text = line.text): Reading {
    const tokens: Token[] = [];
    const start = this.context(doc, line.number);
    const end = read(text, start, (token) => tokens.push(token));
    return { tokens, start, end };
  }

  private decorate({ state: { doc }, visibleRanges }: EditorView): DecorationSet {
    const builder = new RangeSetBuilder<Decoration>();
    for (const range of visibleRanges) {
      for (let at = range.from; at <= range.to; ) {
        const line = doc.lineAt(at);
        for (const { from, to, kind } of this.read(doc, line).tokens) {
          // One line may be all of a file, and only some of it seen.
          const start = Math.max(line.from + from, at);
          const stop = Math.min(line.from + to, range.to);
          if (kind && start < stop) builder.add(start, stop, marks[kind]);
        }
        at = line.to + 1;
      }
    }
    return builder.finish();
  }
}

export const highlighter = ViewPlugin.fromClass(Highlighter, { decorations: (plugin) => plugin.decorations });

/** A function that says what a position is part of, quick where the next one asked about is close. */
export function kinds(view: EditorView): (position: number) => Kind {
  const { doc } = view.state;
  let line: Line | undefined;
  let tokens: Token[] = [];
  let index = 0;
  return (position) => {
    if (!line || position < line.from || position > line.to) {
      line = doc.lineAt(position);
      tokens = view.plugin(highlighter)?.read(doc, line).tokens ?? [];
    }
    const column = position - line.from;
    index = Math.min(index, tokens.length);
    while ((tokens[index]?.to ?? Infinity) <= column) index += 1;
    while ((tokens[index - 1]?.to ?? 0) > column) index -= 1;
    const token = tokens[index];
    return token && token.from <= column ? token.kind : "";
  };
}
