import { h, setAttribute, setText } from "../core/dom.ts";
import { direction, formatDecimal, formatPercent, formatPrice, UNKNOWN } from "../format/numbers.ts";
import { formatDuration } from "../format/times.ts";
import type { MessageKey } from "../i18n/messages.ts";
import type { Preferences } from "../preferences.ts";
import { grade, lagAt } from "./freshness.ts";
import type { MarketModel, SymbolEntry } from "./marketModel.ts";
import { type Sort, type SortColumn, sortSymbols } from "./tableSort.ts";

const COLUMNS: readonly { readonly column: SortColumn; readonly title: MessageKey }[] = [
  { column: "symbol", title: "table.symbol" },
  { column: "lastPrice", title: "table.last" },
  { column: "changePct24h", title: "table.change" },
  { column: "crossSignal", title: "table.cross" },
  { column: "rsi14", title: "table.rsi" },
  { column: "lagSeconds", title: "table.freshness" },
];

interface Line {
  readonly row: HTMLTableRowElement;
  readonly name: HTMLButtonElement;
  readonly cells: readonly HTMLElement[];
  /** What the line shows, and in which language: an unchanged line is not touched. */
  shown: SymbolEntry | null;
  language: string;
}

/** Every symbol on one line. Lines stay the same elements while their numbers change. */
export class SymbolTable {
  readonly element: HTMLElement;
  readonly #preferences: Preferences;
  readonly #model: MarketModel;
  readonly #onChoose: (symbol: string) => void;
  readonly #title = h("h2", { class: "panel-title", id: "symbols-title" });
  readonly #heads = new Map<SortColumn, { cell: HTMLElement; button: HTMLButtonElement }>();
  readonly #body = h("tbody");
  readonly #empty = h("p", { class: "panel-empty" });
  readonly #lines = new Map<string, Line>();
  #order: readonly HTMLTableRowElement[] = [];
  #sort: Sort | null = null;

  constructor(model: MarketModel, preferences: Preferences, onChoose: (symbol: string) => void) {
    this.#model = model;
    this.#preferences = preferences;
    this.#onChoose = onChoose;
    const heads = COLUMNS.map(({ column }) => {
      const button = h("button", { type: "button", class: "head-button" });
      const cell = h("th", { scope: "col", class: `col-${column}` }, button);
      button.addEventListener("click", () => this.#turn(column));
      this.#heads.set(column, { cell, button });
      return cell;
    });
    const table = h("table", { class: "symbols", "aria-labelledby": "symbols-title" }, h("thead", {}, h("tr", {}, ...heads)), this.#body);
    this.element = h("section", { class: "panel panel-symbols" }, this.#title, h("div", { class: "symbols-scroll" }, table, this.#empty));
  }

  render(): void {
    const { t } = this.#preferences;
    setText(this.#title, t("table.title"));
    for (const { column, title } of COLUMNS) this.#renderHead(column, t(title));
    const entries = this.#model.symbols.value;
    this.#empty.hidden = entries.size > 0;
    setText(this.#empty, this.#model.symbolsState.value === "ready" ? t("table.empty") : "");
    const order = sortSymbols([...entries.values()].map((entry) => entry.row), this.#sort);
    for (const symbol of [...this.#lines.keys()]) if (!entries.has(symbol)) this.#drop(symbol);
    const lines = order.map((row) => this.#lines.get(row.symbol) ?? this.#add(row.symbol));
    order.forEach((row, index) => this.#renderLine(lines[index]!, entries.get(row.symbol)!));
    this.#arrange(lines.map((line) => line.row));
    this.tick();
  }

  renderSelection(): void {
    const chosen = this.#model.selection.value?.symbol;
    for (const [symbol, line] of this.#lines) {
      setAttribute(line.name, "aria-current", symbol === chosen ? "true" : null);
      line.row.classList.toggle("chosen", symbol === chosen);
    }
  }

  /** Freshness ages by itself. */
  tick(): void {
    const now = this.#model.now();
    const language = this.#preferences.language.value;
    for (const [symbol, line] of this.#lines) {
      const entry = this.#model.symbols.value.get(symbol);
      const cell = line.cells[4];
      if (!entry || !cell) continue;
      const { row, reportedAt } = entry;
      const lag = lagAt({ lagMs: row.lagSeconds === null ? null : row.lagSeconds * 1000, reportedAt, newestBucketStart: null, bucketMs: null }, now);
      setText(cell, formatDuration(lag, language));
      setAttribute(cell, "data-grade", grade(lag));
    }
  }

  /** Puts the lines in order in one go, and only if the order is new; a focused line keeps the focus. */
  #arrange(rows: readonly HTMLTableRowElement[]): void {
    if (rows.length === this.#order.length && rows.every((row, index) => row === this.#order[index])) return;
    const focused = this.#body.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
    this.#order = rows;
    this.#body.replaceChildren(...rows);
    focused?.focus({ preventScroll: true });
  }

  #renderHead(column: SortColumn, title: string): void {
    const { cell, button } = this.#heads.get(column)!;
    if (button.firstElementChild?.textContent !== title) button.replaceChildren(h("span", {}, title));
    setAttribute(cell, "title", column === "lagSeconds" ? this.#preferences.t("table.freshnessWhy") : null);
    const sorted = this.#sort?.column === column;
    setAttribute(cell, "aria-sort", sorted ? (this.#sort?.descending ? "descending" : "ascending") : null);
  }

  /** First click: the interesting end on top; second: the other way round; third: the server's order. */
  #turn(column: SortColumn): void {
    const first = column !== "symbol" && column !== "crossSignal";
    const sort = this.#sort;
    if (sort?.column !== column) this.#sort = { column, descending: first };
    else this.#sort = sort.descending === first ? { column, descending: !first } : null;
    this.render();
  }

  #add(symbol: string): Line {
    const name = h("button", { type: "button", class: "symbol-button" }, symbol);
    const cells = COLUMNS.slice(1).map(({ column }) => h("span", { class: `cell-${column}` }));
    const row = h(
      "tr",
      {},
      h("th", { scope: "row", class: "col-symbol" }, name),
      ...COLUMNS.slice(1).map(({ column }, index) => h("td", { class: `col-${column}` }, cells[index])),
    );
    row.addEventListener("click", () => this.#onChoose(symbol));
    const line: Line = { row, name, cells, shown: null, language: "" };
    this.#lines.set(symbol, line);
    const chosen = symbol === this.#model.selection.value?.symbol;
    row.classList.toggle("chosen", chosen);
    setAttribute(name, "aria-current", chosen ? "true" : null);
    return line;
  }

  #drop(symbol: string): void {
    this.#lines.get(symbol)?.row.remove();
    this.#lines.delete(symbol);
  }

  #renderLine(line: Line, entry: SymbolEntry): void {
    const language = this.#preferences.language.value;
    if (line.shown === entry && line.language === language) return;
    line.shown = entry;
    line.language = language;
    const { row } = entry;
    const { t } = this.#preferences;
    const [price, change, cross, rsi] = line.cells;
    if (!price || !change || !cross || !rsi) return;
    setText(price, formatPrice(row.lastPrice, language));
    setText(change, formatPercent(row.changePct24h, language));
    setAttribute(change, "data-way", direction(row.changePct24h));
    setText(cross, row.crossSignal ? t(`cross.${row.crossSignal}`) : UNKNOWN);
    setAttribute(cross, "data-cross", row.crossSignal);
    setText(rsi, formatDecimal(row.rsi14, language, 1));
    setAttribute(rsi, "data-zone", row.rsi14 === null ? null : row.rsi14 >= 70 ? "high" : row.rsi14 <= 30 ? "low" : null);
  }
}
