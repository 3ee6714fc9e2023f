import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { PostgreSQL, sql } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { SqlSurface } from "../api/wire.ts";

/** Colours are the page's own tokens, so they follow its theme. */
const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--golden)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--rsi)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--ink-3)", fontStyle: "italic" },
  { tag: tags.typeName, color: "var(--dead)" },
]);

export interface EditorHandlers {
  run(): void;
  changed(text: string): void;
}

/** The text field of the console: highlighting, completion of the lake's names, Ctrl-Enter or Cmd-Enter runs. Loaded when the page is opened. */
export class SqlEditor {
  readonly #view: EditorView;
  readonly #language = new Compartment();
  readonly #words = new Compartment();

  constructor(parent: HTMLElement, text: string, handlers: EditorHandlers) {
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          highlightActiveLine(),
          EditorView.lineWrapping,
          syntaxHighlighting(COLOURS),
          this.#language.of(sql({ dialect: PostgreSQL, upperCaseKeywords: true })),
          this.#words.of([]),
          Prec.highest(keymap.of([{ key: "Mod-Enter", preventDefault: true, run: () => (handlers.run(), true) }])),
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]), // Tab stays with the page: it leaves the field
          EditorView.updateListener.of((update) => {
            if (update.docChanged) handlers.changed(update.state.doc.toString());
          }),
        ],
      }),
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  set text(text: string) {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text }, selection: { anchor: text.length } });
  }

  get cursor(): number {
    return this.#view.state.selection.main.head;
  }

  /** What is selected, if anything: then Run means that. */
  get selected(): string {
    const { from, to } = this.#view.state.selection.main;
    return this.#view.state.sliceDoc(from, to);
  }

  focus(): void {
    this.#view.focus();
  }

  /** Names that are completed: tables and views, and the columns of tables. */
  complete(surface: SqlSurface): void {
    const schema = Object.fromEntries(surface.names.map(({ name, columns }) => [name, [...columns]]));
    this.#view.dispatch({ effects: this.#language.reconfigure(sql({ dialect: PostgreSQL, upperCaseKeywords: true, schema })) });
  }

  label(name: string, hint: string): void {
    this.#view.dispatch({ effects: this.#words.reconfigure([placeholder(hint), EditorView.contentAttributes.of({ "aria-label": name })]) });
  }

  close(): void {
    this.#view.destroy();
  }
}
