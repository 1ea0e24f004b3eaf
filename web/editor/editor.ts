// The editor over several files: CodeMirror in a shadow root, where its style sheets are constructed
// ones, which a Content-Security-Policy without 'unsafe-inline' allows.
import { history, isolateHistory, undo } from "@codemirror/commands";
import { highlightSelectionMatches, search } from "@codemirror/search";
import { Compartment, EditorState, type Text, type Transaction } from "@codemirror/state";
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { brackets } from "./brackets";
import { folding } from "./folding";
import { highlighter } from "./highlight";
import { keys } from "./keys";
import { type Diagnostic, lint, nextDiagnostic, previousDiagnostic, setDiagnostics } from "./lint";
import { closing } from "./structure";
import { theme } from "./theme";

interface Rule {
  id: string;
  severity: string;
  why: string;
}

export class Editor {
  private readonly view: EditorView;
  private readonly files = new Map<number, EditorState>();
  /** The texts that came of what was applied last. */
  private readonly applied = new Map<number, Text>();
  private shown = -1;
  private rules: Rule[] = [];
  private readonly dark = new Compartment();
  private isDark = false;
  private readonly changed: (file: number) => void;

  constructor(parent: HTMLElement, changed: (file: number) => void) {
    this.changed = changed;
    const root = parent.shadowRoot ?? parent.attachShadow({ mode: "open" });
    this.view = new EditorView({ parent: root, root, state: this.fresh("") });
  }

  private fresh(text: string): EditorState {
    return EditorState.create({
      doc: text,
      extensions: [
        theme,
        this.dark.of(EditorView.darkTheme.of(this.isDark)),
        lineNumbers(),
        folding,
        lint,
        history(),
        drawSelection(),
        dropCursor(),
        highlightSpecialChars(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlighter,
        brackets,
        closing,
        EditorState.languageData.of(() => [{ commentTokens: { line: "#" } }]),
        search({ top: true }),
        highlightSelectionMatches(),
        EditorView.contentAttributes.of({
          "aria-label": "Manifest",
          tabindex: "0",
          spellcheck: "false",
          autocorrect: "off",
          autocapitalize: "off",
        }),
        keymap.of([
          { key: "F8", run: nextDiagnostic },
          { key: "Shift-F8", run: previousDiagnostic },
          ...keys,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.changed(this.shown);
        }),
      ],
    });
  }

  /** Adds a file; nothing is shown yet. */
  put(file: number, text: string) {
    this.files.set(file, this.fresh(text));
    if (file === this.shown) this.view.setState(this.state(file));
  }

  drop(file: number) {
    this.files.delete(file);
    if (file === this.shown) this.shown = -1;
  }

  show(file: number) {
    if (file === this.shown) return;
    if (this.shown >= 0) this.files.set(this.shown, this.view.state);
    this.shown = file;
    this.view.setState(this.state(file));
    this.view.dispatch({ effects: this.dark.reconfigure(EditorView.darkTheme.of(this.isDark)) });
  }

  private state(file: number): EditorState {
    return this.files.get(file) ?? this.fresh("");
  }

  /** The text as CodeMirror keeps it: the same object until it changes. */
  document(file: number): Text {
    return this.now(file).doc;
  }

  text(file: number): string {
    return this.document(file).toString();
  }

  /** Replaces ranges of a file, shown or not, in one step that can be undone: two numbers for each text, which
   * are where its range begins and ends in UTF-16 units, in order. */
  apply(file: number, numbers: Uint32Array, texts: string[]) {
    const changes = texts.map((insert, at) => ({ from: numbers[2 * at] ?? 0, to: numbers[2 * at + 1] ?? 0, insert }));
    this.take(file, this.now(file).update({ changes, annotations: isolateHistory.of("full"), userEvent: "input.fix" }));
    this.applied.set(file, this.document(file));
  }

  /** Takes back what was applied to these files, unless one of them changed since. */
  undo(files: Uint32Array): boolean {
    const isAsApplied = files.every((file) => this.applied.get(file) === this.document(file));
    if (!isAsApplied) return false;
    for (const file of files) {
      undo({ state: this.now(file), dispatch: (transaction) => this.take(file, transaction) });
      this.applied.delete(file);
    }
    return true;
  }

  private take(file: number, transaction: Transaction) {
    if (file === this.shown) return this.view.dispatch(transaction);
    this.files.set(file, transaction.state);
    this.changed(file);
  }

  private now(file: number): EditorState {
    return file === this.shown ? this.view.state : this.state(file);
  }

  addRule(id: string, severity: string, why: string) {
    this.rules.push({ id, severity, why });
  }

  /** Shows what is wrong with the file that is shown: a message each, and three numbers, which are where
   * it begins and ends in UTF-16 units and the place of its rule among those that were added. */
  mark(messages: string[], numbers: Uint32Array) {
    const length = this.view.state.doc.length;
    const within = (offset: number) => Math.min(length, offset);
    const diagnostics = messages.map((message, at): Diagnostic => {
      const [from = 0, to = 0, place = 0] = numbers.subarray(3 * at);
      const rule = this.rules[place];
      return {
        from: within(from),
        to: within(Math.max(from, to)),
        severity: severity(rule?.severity),
        message,
        renderMessage: () => card(message, rule),
      };
    });
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }

  /** Shows a range in the middle, selected. */
  reveal(from: number, to: number, focus: boolean) {
    const length = this.view.state.doc.length;
    const [anchor, head] = [Math.min(from, length), Math.min(to, length)];
    this.view.dispatch({
      selection: { anchor, head },
      effects: EditorView.scrollIntoView(anchor, { y: "center" }),
    });
    if (focus) this.view.focus();
  }

  setDark(isDark: boolean) {
    this.isDark = isDark;
    this.view.dispatch({ effects: this.dark.reconfigure(EditorView.darkTheme.of(isDark)) });
  }
}

function severity(name: string | undefined): Diagnostic["severity"] {
  switch (name) {
    case "critical":
    case "high":
      return "error";
    case "medium":
      return "warning";
    default:
      return "info";
  }
}

function card(message: string, rule: Rule | undefined): HTMLElement {
  const line = (name: string, text: string) => {
    const element = document.createElement("p");
    element.className = name;
    element.textContent = text;
    return element;
  };
  const card = document.createElement("div");
  card.append(line("what", message));
  if (rule) card.append(line("why", rule.why), line("rule", `${rule.severity} · ${rule.id}`));
  return card;
}
