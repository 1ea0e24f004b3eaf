// The editor's looks. Colours come from the page's custom properties, which reach into the shadow root,
// so that switching the theme needs no code here.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const words = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.content], color: "var(--code-text)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.bool, tags.null, tags.number], color: "var(--code-word)" },
  { tag: [tags.meta, tags.labelName, tags.typeName, tags.separator], color: "var(--quiet)" },
]);

const squiggle = (colour: string) => ({
  backgroundImage: "none",
  textDecoration: `underline wavy ${colour} 1px`,
  textUnderlineOffset: "3px",
  textDecorationSkipInk: "none",
});

const looks = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--sheet)", color: "var(--text)", fontSize: "0.8125rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "0.5rem 0", caretColor: "var(--accent)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--sheet)", color: "var(--quiet)", border: "none" },
  ".cm-activeLine": { backgroundColor: "var(--line-now)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--line-now)", color: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--selection)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--line-now)" },
  ".cm-searchMatch": { backgroundColor: "var(--selection)" },
  ".cm-matchingBracket": { backgroundColor: "var(--selection)" },
  ".cm-panels": { backgroundColor: "var(--page)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panel.cm-search": { padding: "0.5rem", fontFamily: "var(--sans)" },
  ".cm-textfield": { backgroundColor: "var(--sheet)", border: "1px solid var(--line)", minHeight: "24px" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--sheet)", border: "1px solid var(--line)", minHeight: "24px" },
  ".cm-panel.cm-search [name=close]": { width: "24px", height: "24px", fontSize: "1.25rem" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    border: "1px solid var(--line)",
    borderRadius: "6px",
    boxShadow: "var(--shadow)",
    fontFamily: "var(--sans)",
  },
  ".cm-tooltip-lint": { maxWidth: "34rem", maxHeight: "16rem", overflow: "auto" },
  ".cm-diagnostic": { padding: "0.5rem 0.75rem", borderLeftWidth: "3px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--high)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--medium)" },
  ".cm-diagnostic-info": { borderLeftColor: "var(--low)" },
  ".cm-lintRange-error": squiggle("var(--high)"),
  ".cm-lintRange-warning": squiggle("var(--medium)"),
  ".cm-lintRange-info": squiggle("var(--low)"),
  ".cm-lint-marker": { width: "0.6em", height: "0.6em", borderRadius: "50%", content: "none", margin: "0.5em 0.2em" },
  ".cm-lint-marker-error": { backgroundColor: "var(--high)" },
  ".cm-lint-marker-warning": { backgroundColor: "var(--medium)", borderRadius: "0" },
  ".cm-lint-marker-info": { backgroundColor: "var(--low)" },
  ".why": { margin: "0.25rem 0 0", color: "var(--quiet)", fontSize: "0.8125rem", lineHeight: "1.45" },
  ".what": { margin: "0", fontWeight: "600", fontSize: "0.8125rem", lineHeight: "1.45" },
  ".rule": { margin: "0.25rem 0 0", fontFamily: "var(--mono)", fontSize: "0.75rem", color: "var(--quiet)" },
});

export const theme = [looks, syntaxHighlighting(words)];
