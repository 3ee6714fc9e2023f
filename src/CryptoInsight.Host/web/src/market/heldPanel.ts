import type { PositionRow } from "../api/wire.ts";
import { h, setText } from "../core/dom.ts";
import { direction, formatCompact, formatPercent, formatPrice } from "../format/numbers.ts";
import { formatAge } from "../format/times.ts";
import type { MessageKey } from "../i18n/messages.ts";
import type { Preferences } from "../preferences.ts";
import type { MarketModel } from "./marketModel.ts";
import type { SentimentModel } from "./sentimentModel.ts";

const COLUMNS: readonly MessageKey[] = ["held.account", "held.symbol", "held.side", "held.notional", "held.pnl", "held.roe", "held.entry", "held.changed"];
const RISKY_ROE = 0.2;

/** The chosen symbol's positions first, then by size. */
export function inReadingOrder(positions: readonly PositionRow[], symbol: string | null): readonly PositionRow[] {
  return [...positions].sort((a, b) => Number(b.symbol === symbol) - Number(a.symbol === symbol) || b.notional - a.notional);
}

/** What the top traders hold: side, size, and how it stands. */
export class HeldPanel {
  readonly element: HTMLElement;
  readonly #sentiment: SentimentModel;
  readonly #market: MarketModel;
  readonly #preferences: Preferences;
  readonly #title = h("h2", { class: "panel-title", id: "held-title" });
  readonly #heads = COLUMNS.map((title) => h("th", { scope: "col", class: title.replace("held.", "held-") }));
  readonly #body = h("tbody");
  readonly #empty = h("p", { class: "panel-empty" });

  constructor(sentiment: SentimentModel, market: MarketModel, preferences: Preferences) {
    this.#sentiment = sentiment;
    this.#market = market;
    this.#preferences = preferences;
    const table = h("table", { class: "held", "aria-labelledby": "held-title" }, h("thead", {}, h("tr", {}, ...this.#heads)), this.#body);
    this.element = h("section", { class: "panel panel-held" }, this.#title, h("div", { class: "held-scroll" }, table, this.#empty));
  }

  render(): void {
    const { t } = this.#preferences;
    setText(this.#title, t("held.title"));
    this.#heads.forEach((head, index) => setText(head, t(COLUMNS[index]!)));
    const positions = this.#sentiment.positions.value;
    const symbol = this.#market.selection.value?.symbol ?? null;
    const rows = typeof positions === "string" ? [] : inReadingOrder(positions, symbol);
    this.#empty.hidden = rows.length > 0;
    setText(this.#empty, positions === "failed" ? t("held.unavailable") : positions === "loading" ? "" : t("held.empty"));
    this.#body.replaceChildren(...rows.map((row) => this.#line(row, row.symbol === symbol)));
  }

  #line(row: PositionRow, chosen: boolean): HTMLTableRowElement {
    const { t } = this.#preferences;
    const language = this.#preferences.language.value;
    const cell = (name: string, text: string, attributes: Record<string, string | number | null> = {}) => h("td", { class: `held-${name}`, ...attributes }, text);
    const roePct = row.roe === null ? null : row.roe * 100;
    const risky = row.roe !== null && Math.abs(row.roe) > RISKY_ROE;
    const leverage = row.leverage === null ? "" : ` ${row.leverage}×`;
    return h(
      "tr",
      { class: chosen ? "chosen" : null },
      cell("account", row.account, { title: row.uid }),
      cell("symbol", row.symbol),
      cell("side", t(`held.side.${row.side}`) + leverage, { "data-side": row.side }),
      cell("notional", formatCompact(row.notional, language)),
      cell("pnl", signedCompact(row.pnl, language), { "data-way": direction(row.pnl) }),
      cell("roe", formatPercent(roePct, language), { "data-way": direction(roePct), "data-risky": risky ? "" : null, title: risky ? t("held.risky") : null }),
      cell("entry", formatPrice(row.entryPrice, language)),
      cell("changed", formatAge(this.#market.now() - row.changedAt, language)),
    );
  }
}

function signedCompact(value: number | null, language: "ko" | "en"): string {
  const text = formatCompact(value, language);
  return value !== null && value > 0 ? `+${text}` : text;
}
