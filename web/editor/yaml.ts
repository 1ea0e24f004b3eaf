// The tokens of YAML, a line at a time: what a line means depends on those above it only by a context
// of three values, so that any line can be read without those below it.

/** What a token is shown as; brackets have no looks of their own. */
export type Kind = "key" | "text" | "word" | "quiet" | "comment" | "";

export interface Token {
  /** Columns, in UTF-16 units. */
  from: number;
  to: number;
  kind: Kind;
}

/** What a line begins inside of. */
export interface Context {
  /** Block scalars go on while lines begin to the right of this column; undefined outside of them. */
  block?: number;
  /** The quote that a string waits for. */
  quote?: string;
  /** How many flow brackets are open. */
  flow: number;
}

export const TOP: Context = { flow: 0 };

// What is to be shown as what; the patterns match only where the reader stands.
const BLANK = /\s*/y;
const MARKER = /(?:---|\.\.\.)(?=\s|$)/y;
const DIRECTIVE = /%\S+/y;
const INDICATOR = /[-?:](?=\s|$)/y;
const PROPERTY = /[&*!][^\s,[\]{}]*/y;
const HEADER = /[|>][-+\d]*(?=\s|$)/y;
const QUOTED: Record<string, RegExp> = { '"': /(?:[^"\\]|\\.?)*/y, "'": /(?:[^']|'')*/y };
const PLAIN = /\S(?:[^\s:]|:(?=\S)|\s+(?=[^\s#:]|:\S))*/y;
const FLOW_PLAIN = /[^\s,[\]{}](?:[^\s:,[\]{}]|:(?=[^\s,[\]{}])|\s+(?=[^\s#:,[\]{}]))*/y;
const COLON = /\s*:(?=\s|$)/y;
const FLOW_COLON = /\s*:(?=[\s,[\]{}]|$)/y;
const FLOW_QUOTED_COLON = /\s*:/y;
const WORD =
  /^(?:true|false|null|~|[-+]?(?:0x[\da-f]+|0o[0-7]+|\d[\d_]*(?:\.\d*)?(?:e[-+]?\d+)?|\.inf)|\.nan)$/i;

/** Where the match that begins at `at` ends; `at` when there is none. */
function end(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** The column of the first character that is no space. */
export function indentation(text: string): number {
  return end(BLANK, text, 0);
}

/** Hands each token of a line to `emit`, from left to right, and returns what the next line begins in. */
export function tokenize(text: string, context: Context, emit: (token: Token) => void): Context {
  let at = indentation(text);
  let { block, quote, flow } = context;
  const take = (to: number, kind: Kind) => {
    if (to > at) emit({ from: at, to, kind });
    at = to;
  };
  if (end(MARKER, text, 0)) {
    [block, quote, flow] = [undefined, undefined, 0];
    take(3, "quiet");
  } else if (block !== undefined) {
    if (at > block) take(text.length, "text");
    if (at === text.length) return context;
    block = undefined;
  }
  // The column of the innermost key or dash, which block scalars are to the right of.
  let parent = at && !end(MARKER, text, 0) ? at - 1 : -1;
  const scalar = (to: number, kind: Kind, colon: RegExp) => {
    const next = end(colon, text, to);
    if (next > to) {
      parent = at;
      take(to, "key");
      at = next - 1;
      take(next, "quiet");
    } else take(to, kind);
  };
  const quoted = (closing: string, from: number) => {
    const to = end(QUOTED[closing] ?? BLANK, text, from);
    quote = to < text.length ? undefined : closing;
    scalar(quote ? to : to + 1, "text", flow ? FLOW_QUOTED_COLON : COLON);
  };
  if (quote) quoted(quote, at);
  take(Math.max(at, end(DIRECTIVE, text, 0)), "word");
  while ((at = end(BLANK, text, at)) < text.length) {
    const first = text.charAt(at);
    let to: number;
    if (first === "#" && (!at || /\s/.test(text.charAt(at - 1)))) take(text.length, "comment");
    else if (first === '"' || first === "'") quoted(first, at + 1);
    else if (first === "[" || first === "{") {
      flow += 1;
      take(at + 1, "");
    } else if (flow && (first === "]" || first === "}")) {
      flow -= 1;
      take(at + 1, "");
    } else if (flow && first === ",") take(at + 1, "quiet");
    else if ((to = end(PROPERTY, text, at)) > at) take(to, "quiet");
    else if (!flow && (to = end(INDICATOR, text, at)) > at) {
      parent = at;
      take(to, first === "?" ? "" : "quiet");
    } else if (!flow && (to = end(HEADER, text, at)) > at) {
      block = parent;
      take(to, "text");
    } else {
      to = Math.max(at + 1, end(flow ? FLOW_PLAIN : PLAIN, text, at));
      scalar(to, WORD.test(text.slice(at, to)) ? "word" : "text", flow ? FLOW_COLON : COLON);
    }
  }
  return block === undefined && !quote && !flow ? TOP : { block, quote, flow };
}
