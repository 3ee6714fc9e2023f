import type { TableRow } from "../api/wire.ts";
import { h, setAttribute, setText } from "../core/dom.ts";
import { formatBytes, formatCount, UNKNOWN } from "../format/numbers.ts";
import { formatAge } from "../format/times.ts";
import type { Preferences } from "../preferences.ts";
import { growth, inFlowOrder, layerOf } from "./lakeGrowth.ts";
import type { MarketModel } from "./marketModel.ts";

interface Card {
  readonly element: HTMLElement;
  readonly rows: HTMLElement;
  readonly unit: HTMLElement;
  readonly grown: HTMLElement;
  readonly facts: HTMLElement;
  readonly committed: HTMLElement;
  version: number | null;
}

/** The lake's tables in the direction of the flow. A commit shows: the version steps, the row count grows, the card lights up. */
export class LakeStrip {
  readonly element: HTMLElement;
  readonly #preferences: Preferences;
  readonly #model: MarketModel;
  readonly #title = h("h2", { class: "panel-title", id: "lake-title" });
  readonly #note = h("p", { class: "panel-note" });
  readonly #list = h("ul", { class: "lake-list" });
  readonly #empty = h("p", { class: "panel-empty" });
  readonly #cards = new Map<string, Card>();
  readonly #first = new Map<string, TableRow>();

  constructor(model: MarketModel, preferences: Preferences) {
    this.#model = model;
    this.#preferences = preferences;
    this.element = h("section", { class: "panel panel-lake", "aria-labelledby": "lake-title" }, h("div", { class: "panel-head" }, this.#title, this.#note), this.#list, this.#empty);
  }

  render(): void {
    const { t } = this.#preferences;
    setText(this.#title, t("lake.title"));
    setText(this.#note, t("lake.note"));
    const state = this.#model.tablesState.value;
    const tables = inFlowOrder([...this.#model.tables.value.values()]);
    this.#empty.hidden = tables.length > 0;
    setText(this.#empty, state === "failed" ? t("lake.unavailable") : state === "ready" ? t("lake.empty") : "");
    tables.forEach((table, index) => {
      if (!this.#first.has(table.name)) this.#first.set(table.name, table);
      const card = this.#cards.get(table.name) ?? this.#add(table);
      if (this.#list.children[index] !== card.element) this.#list.insertBefore(card.element, this.#list.children[index] ?? null);
      this.#renderCard(card, table);
    });
    this.tick();
  }

  tick(): void {
    const { t } = this.#preferences;
    const now = this.#model.now();
    for (const [name, card] of this.#cards) {
      const at = this.#model.tables.value.get(name)?.committedAt ?? null;
      setText(card.committed, at === null ? UNKNOWN : t("lake.committed", { ago: formatAge(now - at, this.#preferences.language.value) }));
    }
  }

  #add(table: TableRow): Card {
    const part = (className: string) => h("span", { class: className });
    const [rows, unit, grown, facts, committed] = [part("lake-rows"), part("lake-unit"), part("lake-grown"), part("lake-facts"), part("lake-committed")];
    const element = h(
      "li",
      { class: "lake-card", "data-layer": layerOf(table.name) },
      h("span", { class: "lake-name", title: table.name }, h("i", { class: "lake-dot", "aria-hidden": "true" }), h("span", { class: "lake-text" }, table.name)),
      h("span", { class: "lake-count" }, rows, unit),
      grown,
      facts,
      committed,
    );
    element.addEventListener("animationend", () => element.classList.remove("committed"));
    const card: Card = { element, rows, unit, grown, facts, committed, version: table.version };
    this.#cards.set(table.name, card);
    return card;
  }

  #renderCard(card: Card, table: TableRow): void {
    const { t } = this.#preferences;
    const language = this.#preferences.language.value;
    const grown = growth(this.#first.get(table.name), table);
    setText(card.rows, formatCount(table.rows, language));
    setText(card.unit, t("lake.rows"));
    const changed = grown !== null && grown !== 0;
    setText(card.grown, changed ? (grown > 0 ? "+" : "") + formatCount(grown, language) : "");
    setAttribute(card.grown, "title", changed ? t("lake.grown") : null);
    const version = table.version === null ? UNKNOWN : t("lake.version", { version: formatCount(table.version, language) });
    setText(card.facts, [version, t("lake.files", { count: formatCount(table.files, language) }), formatBytes(table.bytes, language)].join(" · "));
    if (card.version !== table.version) {
      card.version = table.version;
      card.element.classList.add("committed");
    }
  }
}
