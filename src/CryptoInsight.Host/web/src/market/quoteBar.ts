import type { SignalRow, SymbolRow } from "../api/wire.ts";
import { h, setAttribute, setText } from "../core/dom.ts";
import { direction, formatDecimal, formatPercent, formatPrice, priceDecimals, UNKNOWN } from "../format/numbers.ts";
import { formatAge, formatDuration, formatMoment } from "../format/times.ts";
import type { Preferences } from "../preferences.ts";
import { type FreshnessGrade, grade } from "./freshness.ts";
import { lastCross } from "./series.ts";

export interface Quote {
  readonly symbol: SymbolRow | null;
  readonly rows: readonly SignalRow[];
  readonly lagMs: number | null;
  readonly now: number;
}

class Tile {
  readonly element: HTMLElement;
  readonly #label = h("dt", { class: "tile-label" });
  readonly value = h("dd", { class: "tile-value" });
  readonly note = h("dd", { class: "tile-note" });

  constructor(name: string, ...extra: HTMLElement[]) {
    this.element = h("div", { class: `tile tile-${name}` }, this.#label, this.value, ...extra, this.note);
  }

  render(label: string, value: string, note: string): void {
    setText(this.#label, label);
    setText(this.value, value);
    setText(this.note, note);
  }
}

/** A scale from 0 to 100 with a needle; the number stands beside it, so it is decoration for the eye only. */
class Meter {
  readonly element = h("dd", { class: "meter", "aria-hidden": "true" });
  readonly #needle = h("i", { class: "meter-needle" });

  constructor(kind: string) {
    this.element.classList.add(`meter-${kind}`);
    this.element.append(this.#needle);
  }

  render(value: number | null): void {
    this.#needle.hidden = value === null;
    if (value !== null) this.#needle.style.setProperty("--at", String(Math.min(100, Math.max(0, value)) / 100));
  }
}

/** The line of instruments under the header. Every tile keeps its size, whatever it shows. */
export class QuoteBar {
  readonly element: HTMLElement;
  readonly #preferences: Preferences;
  readonly #price = new Tile("price");
  readonly #change = new Tile("change");
  readonly #cross = new Tile("cross");
  readonly #rsiMeter = new Meter("rsi");
  readonly #rsi = new Tile("rsi", this.#rsiMeter.element);
  readonly #fngMeter = new Meter("fng");
  readonly #fng = new Tile("fng", this.#fngMeter.element);
  readonly #fresh = new Tile("fresh");
  #shownPrice: number | null = null;

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
    const tiles = [this.#price, this.#change, this.#cross, this.#rsi, this.#fng, this.#fresh];
    this.element = h("dl", { class: "quote" }, ...tiles.map((tile) => tile.element));
  }

  render(quote: Quote): void {
    const newest = quote.rows.at(-1) ?? null;
    this.#renderPrice(quote, newest);
    this.#renderCross(quote, newest);
    this.#renderRsi(newest);
    this.#renderFng(newest);
    this.tick(quote);
  }

  /** The parts that change by the passing of time alone. */
  tick(quote: Quote): void {
    const { t, language } = this.#words;
    const newest = quote.rows.at(-1);
    const state: FreshnessGrade = newest ? grade(quote.lagMs) : "unknown";
    const lag = formatDuration(quote.lagMs, language);
    const age = newest?.updatedAt == null ? UNKNOWN : formatAge(quote.now - newest.updatedAt, language);
    const note = state === "good" && (quote.lagMs ?? 0) >= 1000 ? t("quote.freshness.lag", { lag }) : t(`quote.freshness.${state}`, { lag });
    this.#fresh.render(t("quote.freshness"), age, note);
    setAttribute(this.#fresh.element, "data-grade", state);
  }

  get #words() {
    return { t: this.#preferences.t, language: this.#preferences.language.value, zone: this.#preferences.zone.value };
  }

  #renderPrice(quote: Quote, newest: SignalRow | null): void {
    const { t, language, zone } = this.#words;
    const price = quote.symbol?.lastPrice ?? newest?.close ?? null;
    const at = quote.symbol?.lastPriceAt ?? newest?.updatedAt ?? null;
    this.#price.render(t("quote.last"), formatPrice(price, language), at === null ? UNKNOWN : `${formatMoment(at, zone, language)} ${zone}`);
    if (price !== null && this.#shownPrice !== null && price !== this.#shownPrice) {
      setAttribute(this.#price.value, "data-move", price > this.#shownPrice ? "up" : "down");
    }
    this.#shownPrice = price;
    const change = quote.symbol?.changePct24h ?? newest?.pctChange24h ?? null;
    const way = direction(change);
    this.#change.render(t("quote.change"), formatPercent(change, language), "");
    setAttribute(this.#change.value, "data-way", way);
    setText(this.#change.note, price === null || change === null ? "" : signedDifference(price, change, language));
  }

  #renderCross(quote: Quote, newest: SignalRow | null): void {
    const { t, language } = this.#words;
    const signal = newest?.crossSignal ?? null;
    const cross = lastCross(quote.rows);
    const note = cross ? t("quote.crossAgo", { event: t(`cross.${cross.crossEvent!}`), ago: formatAge(quote.now - cross.bucketStart, language) }) : t("quote.crossNone");
    this.#cross.render(t("quote.cross"), signal ? t(`cross.${signal}`) : UNKNOWN, newest ? (newest.ma200 === null ? t("quote.waiting") : note) : "");
    setAttribute(this.#cross.value, "data-cross", signal);
  }

  #renderRsi(newest: SignalRow | null): void {
    const { t, language } = this.#words;
    const rsi = newest?.rsi14 ?? null;
    const zone = rsi === null ? null : rsi >= 70 ? "high" : rsi <= 30 ? "low" : "mid";
    this.#rsi.render(t("quote.rsi"), formatDecimal(rsi, language, 1), zone ? t(`quote.rsi.${zone}`) : newest ? t("quote.waiting") : "");
    this.#rsiMeter.render(rsi);
    setAttribute(this.#rsi.element, "data-zone", zone);
  }

  #renderFng(newest: SignalRow | null): void {
    const { t } = this.#words;
    const value = newest?.fngValue ?? null;
    this.#fng.render(t("quote.fng"), value === null ? UNKNOWN : String(value), fngText(newest?.fngLabel ?? null, this.#preferences));
    this.#fngMeter.render(value);
  }
}

const FNG_LABELS = ["Extreme Fear", "Fear", "Neutral", "Greed", "Extreme Greed"] as const;

/** The index's own word in the reader's language; a word that is not known is shown as it came. */
export function fngText(label: string | null, preferences: Preferences): string {
  const known = FNG_LABELS.find((item) => item === label);
  return known ? preferences.t(`fng.${known}`) : (label ?? "");
}

/** The change in money that the percentage stands for. */
function signedDifference(price: number, changePct: number, language: "ko" | "en"): string {
  const before = price / (1 + changePct / 100);
  const difference = price - before;
  if (!Number.isFinite(difference)) return "";
  const text = formatPrice(difference, language, priceDecimals(price));
  return difference > 0 ? `+${text}` : text;
}
