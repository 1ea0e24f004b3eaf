// What is wrong, under the text and beside it: squiggles, markers, and cards over either.
import {
  type EditorState,
  type Range,
  RangeSet,
  RangeSetBuilder,
  StateEffect,
  StateField,
  type Text,
  type Transaction,
} from "@codemirror/state";
import {
  activateHover,
  type Command,
  Decoration,
  type DecorationSet,
  EditorView,
  gutter,
  GutterMarker,
  hoverTooltip,
  showTooltip,
  type Tooltip,
  WidgetType,
} from "@codemirror/view";

export interface Diagnostic {
  from: number;
  to: number;
  severity: "error" | "warning" | "info";
  message: string;
  /** Shown in place of the message. */
  renderMessage?(): Node;
}

/** Milliseconds that the pointer rests on a marker before its card is shown. */
const PATIENCE = 300;
/** Pixels that the pointer may be away from a marker while its card is shown. */
const MARGIN = 10;

const set = StateEffect.define<Diagnostic[]>();

/** Replaces all that is wrong. */
export function setDiagnostics(_state: EditorState, diagnostics: Diagnostic[]) {
  return { effects: set.of(diagnostics) };
}

function worst(diagnostics: Diagnostic[]): Diagnostic["severity"] {
  const has = (severity: string) => diagnostics.some((it) => it.severity === severity);
  return has("error") ? "error" : has("warning") ? "warning" : "info";
}

/** Stands where there is no text to underline. */
class Point extends WidgetType {
  constructor(private readonly severity: string) {
    super();
  }

  eq(other: Point) {
    return other.severity === this.severity;
  }

  toDOM() {
    const element = document.createElement("span");
    element.className = `cm-lintPoint cm-lintPoint-${this.severity}`;
    return element;
  }
}

/** One mark for each stretch of text with the same diagnostics, because marks that overlap hide each other. */
function marks(doc: Text, diagnostics: Diagnostic[]): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const sorted = [...diagnostics].sort((one, other) => one.from - other.from || one.to - other.to);
  const ends = [...new Set(diagnostics.flatMap(({ from, to }) => [from, to]))].sort((one, other) => one - other);
  let active: Diagnostic[] = [];
  let next = 0;
  ends.forEach((from, index) => {
    active = active.filter(({ to }) => to > from);
    const points: Diagnostic[] = [];
    for (let it = sorted[next]; it && it.from === from; next += 1, it = sorted[next]) {
      // Line breaks alone cannot be underlined.
      const isPoint = it.to - from < 10 && !doc.sliceString(from, it.to).replaceAll("\n", "");
      (isPoint ? points : active).push(it);
    }
    if (points.length) {
      builder.add(from, from, Decoration.widget({ widget: new Point(worst(points)), diagnostics: points }));
    }
    const to = ends[index + 1];
    if (active.length && to !== undefined) {
      const isLonger = active.some((it) => it.to > to);
      const mark = { class: `cm-lintRange cm-lintRange-${worst(active)}`, diagnostics: active, inclusiveEnd: isLonger };
      builder.add(from, to, Decoration.mark(mark));
    }
  });
  return builder.finish();
}

const ranges = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(ranges, transaction) {
    const effect = transaction.effects.findLast((effect) => effect.is(set));
    return effect ? marks(transaction.newDoc, effect.value) : ranges.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const hidesCard = (transaction: Transaction, { pos, end = pos }: Tooltip) => {
  const line = transaction.startState.doc.lineAt(pos);
  const isTouched = transaction.changes.touchesRange(line.from, Math.max(line.to, end));
  return !!isTouched || transaction.effects.some((effect) => effect.is(set));
};

function card(diagnostics: Diagnostic[]): HTMLElement {
  const list = document.createElement("ul");
  list.className = "cm-tooltip-lint";
  for (const { message, renderMessage, severity } of diagnostics) {
    const item = document.createElement("li");
    item.className = `cm-diagnostic cm-diagnostic-${severity}`;
    item.append(renderMessage?.() ?? message);
    list.append(item);
  }
  return list;
}

const hover = hoverTooltip(
  (view, position, side) => {
    let tooltip: Tooltip | null = null;
    view.state.field(ranges).between(position - (side < 0 ? 1 : 0), position + (side > 0 ? 1 : 0), (from, to, { spec }) => {
      const isIn = (position > from || side > 0) && (position < to || side < 0);
      if (position < from || position > to || (from !== to && !isIn)) return;
      tooltip = { pos: from, end: to, above: true, create: () => ({ dom: card(spec.diagnostics) }) };
      return false;
    });
    return tooltip;
  },
  { hideOn: hidesCard },
);

/** Selects a range and shows the card of what is wrong there. */
function go(view: EditorView, from: number, to: number): boolean {
  view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
  const until = ({ docChanged, newSelection: { main } }: Transaction) => docChanged || main.head < from || main.head > to;
  activateHover(view, from, 1, { tooltip: hover, until });
  return true;
}

export const nextDiagnostic: Command = (view) => {
  const { main } = view.state.selection;
  const all = view.state.field(ranges);
  for (const start of [main.to + 1, 0]) {
    let found: { from: number; to: number; diagnostic: Diagnostic } | undefined;
    all.between(start, view.state.doc.length, (from, to, { spec }) => {
      if (!found) found = { from, to, diagnostic: spec.diagnostics[0] };
      else if (!spec.diagnostics.includes(found.diagnostic)) return false;
      else found.to = to;
    });
    if (found && (start || found.from !== main.from || found.to !== main.to)) return go(view, found.from, found.to);
  }
  return false;
};

export const previousDiagnostic: Command = (view) => {
  const { main } = view.state.selection;
  let previous: [number, number] | undefined;
  let last: [number, number] | undefined;
  view.state.field(ranges).between(0, view.state.doc.length, (from, to) => {
    last = [from, to];
    if (to < main.to) previous = last;
  });
  if (!last || (!previous && last[0] === main.from)) return false;
  return go(view, ...(previous ?? last));
};

const show = StateEffect.define<Tooltip | null>();

const shown = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    return tooltip && hidesCard(transaction, tooltip) ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

class Marker extends GutterMarker {
  constructor(private readonly diagnostics: Diagnostic[]) {
    super();
  }

  toDOM(view: EditorView) {
    const element = document.createElement("div");
    element.className = `cm-lint-marker cm-lint-marker-${worst(this.diagnostics)}`;
    let timer = 0;
    const rest = () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.show(view, element), PATIENCE);
    };
    element.onmouseenter = element.onmousemove = rest;
    element.onmouseleave = () => clearTimeout(timer);
    return element;
  }

  private show(view: EditorView, element: HTMLElement) {
    if (!element.isConnected) return;
    const box = () => element.getBoundingClientRect();
    const { from } = view.elementAtHeight(box().top + 5 - view.documentTop);
    const create = () => ({ dom: card(this.diagnostics), getCoords: box });
    view.dispatch({ effects: show.of({ pos: from, above: false, clip: false, create }) });
    const leave = (event: MouseEvent) => {
      const { bottom, left, right, top } = box();
      const [x, y] = [event.clientX, event.clientY];
      if (x > left - MARGIN && x < right + MARGIN && y > top - MARGIN && y < bottom + MARGIN) return;
      if (event.composedPath().some((it) => it instanceof Element && it.matches(".cm-tooltip-lint"))) return;
      removeEventListener("mousemove", leave);
      view.dispatch({ effects: show.of(null) });
    };
    addEventListener("mousemove", leave);
  }
}

const markers = StateField.define<RangeSet<GutterMarker>>({
  create: () => RangeSet.empty,
  update(markers, { changes, effects, newDoc }) {
    const effect = effects.findLast((effect) => effect.is(set));
    if (!effect) return markers.map(changes);
    const lines = new Map<number, Diagnostic[]>();
    for (const diagnostic of effect.value as Diagnostic[]) {
      const { from } = newDoc.lineAt(diagnostic.from);
      const line = lines.get(from);
      if (line) line.push(diagnostic);
      else lines.set(from, [diagnostic]);
    }
    const all: Range<GutterMarker>[] = [];
    for (const [from, diagnostics] of lines) all.push(new Marker(diagnostics).range(from));
    return RangeSet.of(all, true);
  },
});

export const lint = [
  // Of two cards, that of the marker is on top.
  shown,
  ranges,
  hover,
  markers,
  gutter({ class: "cm-gutter-lint", markers: (view) => view.state.field(markers) }),
];
