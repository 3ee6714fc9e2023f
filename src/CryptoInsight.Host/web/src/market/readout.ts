import type { SignalRow } from "../api/wire.ts";
import { h, setAttribute, setText } from "../core/dom.ts";
import { direction, formatCompact, formatDecimal, formatPercent, formatPrice, priceDecimals, UNKNOWN } from "../format/numbers.ts";
import { formatMoment } from "../format/times.ts";
import type { MessageKey } from "../i18n/messages.ts";
import type { Preferences } from "../preferences.ts";

const FIELDS = ["open", "high", "low", "close", "change", "volume", "ma50", "ma200", "rsi"] as const;
const PRICES = ["open", "high", "low", "close", "ma50", "ma200"] as const;
type Field = (typeof FIELDS)[number];

const LABELS: Partial<Record<Field, MessageKey>> = {
  open: "read.open",
  high: "read.high",
  low: "read.low",
  close: "read.close",
  volume: "read.volume",
};
const NAMES: Partial<Record<Field, string>> = { change: "", ma50: "MA50", ma200: "MA200", rsi: "RSI" };

/** The chart's legend: the candle under the crosshair, or the newest one. A line of its own, so it hides no candle. */
export class Readout {
  readonly element: HTMLElement;
  /** Spoken when the crosshair is moved by keyboard; a moving mouse says nothing. */
  readonly spoken = h("p", { class: "sr-only", "aria-live": "polite" });
  readonly #preferences: Preferences;
  readonly #when = h("span", { class: "read-when" });
  readonly #mark = h("span", { class: "read-mark" });
  readonly #cells = new Map<Field, { label: HTMLElement; value: HTMLElement }>();

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
    const cells = FIELDS.map((field) => {
      const cell = { label: h("span", { class: "read-label" }), value: h("span", { class: "read-value" }) };
      this.#cells.set(field, cell);
      return h("span", { class: `read-cell read-${field}` }, cell.label, cell.value);
    });
    this.element = h("div", { class: "readout" }, h("span", { class: "read-head" }, this.#when, this.#mark), ...cells);
  }

  render(row: SignalRow | null): void {
    const language = this.#preferences.language.value;
    const zone = this.#preferences.zone.value;
    const t = this.#preferences.t;
    const decimals = priceDecimals(row?.close);
    const price = (value: number | null | undefined) => formatPrice(value, language, decimals);
    const change = row && row.open !== 0 ? ((row.close - row.open) / row.open) * 100 : null;
    const event = row?.crossEvent;
    setText(this.#when, row ? `${formatMoment(row.bucketStart, zone, language)} ${zone}` : UNKNOWN);
    const crossed = event === "Golden Cross" || event === "Dead Cross";
    setText(this.#mark, crossed ? t(`cross.${event}`) : row && !row.isFinal ? t("read.openBucket") : "");
    setAttribute(this.#mark, "data-cross", crossed ? event : null);
    const values: Record<Field, string> = {
      open: price(row?.open),
      high: price(row?.high),
      low: price(row?.low),
      close: price(row?.close),
      change: formatPercent(change, language),
      volume: formatCompact(row?.volume, language),
      ma50: price(row?.ma50),
      ma200: price(row?.ma200),
      rsi: formatDecimal(row?.rsi14, language, 1),
    };
    // The widest price sets the width of all: cells keep their places from candle to candle.
    const digits = Math.max(...PRICES.map((field) => values[field].length));
    if (row) this.element.style.setProperty("--digits", String(digits));
    for (const field of FIELDS) {
      const cell = this.#cells.get(field)!;
      const key = LABELS[field];
      setText(cell.label, key ? t(key) : (NAMES[field] ?? ""));
      setText(cell.value, values[field]);
    }
    setAttribute(this.#cells.get("change")!.value, "data-way", direction(change));
    setAttribute(this.#cells.get("close")!.value, "data-way", direction(change));
  }

  speak(row: SignalRow): void {
    const language = this.#preferences.language.value;
    const zone = this.#preferences.zone.value;
    const t = this.#preferences.t;
    const event = row.crossEvent ? `, ${t(`cross.${row.crossEvent}`)}` : "";
    setText(this.spoken, `${formatMoment(row.bucketStart, zone, language)} ${zone}, ${t("read.close")} ${formatPrice(row.close, language)}${event}`);
  }
}
