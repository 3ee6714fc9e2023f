import type { SqlResult } from "../api/wire.ts";
import { h, setText } from "../core/dom.ts";
import type { Preferences } from "../preferences.ts";
import { cellText, csvOf } from "./cells.ts";

const ROWS_AT_ONCE = 200;
const TEXT_SHOWN_MAX = 400;

/** The rows of an answer, some hundred at a time, and all of them as a CSV file. */
export class ResultTable {
  readonly element: HTMLElement;
  readonly #preferences: Preferences;
  readonly #head = h("thead");
  readonly #body = h("tbody");
  readonly #more = h("button", { type: "button", class: "button sql-more", hidden: true });
  readonly #save = h("button", { type: "button", class: "button button-small", hidden: true });
  readonly #place: HTMLElement;
  #result: SqlResult | null = null;
  #shown = 0;

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
    this.#more.addEventListener("click", () => this.#add());
    this.#save.addEventListener("click", () => this.#download());
    this.#place = h("div", { class: "sql-scroll", tabindex: 0, role: "region" }, h("table", { class: "sql-rows" }, this.#head, this.#body), this.#more);
    this.element = this.#place;
  }

  /** The button that saves the rows; the page puts it beside the numbers. */
  get saveButton(): HTMLButtonElement {
    return this.#save;
  }

  show(result: SqlResult | null): void {
    this.#result = result;
    this.element.hidden = result === null;
    this.#save.hidden = result === null || result.rows.length === 0;
    this.render();
  }

  /** Language or zone changed, or another answer came. */
  render(): void {
    const { t } = this.#preferences;
    setText(this.#save, t("sql.save"));
    this.#place.setAttribute("aria-label", t("sql.result"));
    const result = this.#result;
    if (!result) return;
    this.#head.replaceChildren(h("tr", {}, ...result.columns.map((column) => h("th", { scope: "col", class: `kind-${column.kind}` }, column.name))));
    this.#body.replaceChildren();
    this.#shown = 0;
    this.#add();
  }

  #add(): void {
    const { t, zone } = this.#preferences;
    const result = this.#result;
    if (!result) return;
    const next = result.rows.slice(this.#shown, this.#shown + ROWS_AT_ONCE);
    this.#body.append(
      ...next.map((row) =>
        h(
          "tr",
          {},
          ...row.map((cell, i) => {
            const column = result.columns[i]!;
            const text = cellText(cell, column, zone.value);
            return h("td", { class: `kind-${column.kind}${cell === null ? " is-null" : ""}`, title: text.length > TEXT_SHOWN_MAX ? text.slice(0, 2_000) : null }, text.length > TEXT_SHOWN_MAX ? `${text.slice(0, TEXT_SHOWN_MAX)}…` : text);
          }),
        ),
      ),
    );
    this.#shown += next.length;
    const left = result.rows.length - this.#shown;
    this.#more.hidden = left <= 0;
    setText(this.#more, t("sql.more", { count: left }));
  }

  #download(): void {
    if (!this.#result) return;
    const url = URL.createObjectURL(new Blob([csvOf(this.#result.columns, this.#result.rows)], { type: "text/csv;charset=utf-8" }));
    const link = h("a", { href: url, download: "cryptoinsight.csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}
