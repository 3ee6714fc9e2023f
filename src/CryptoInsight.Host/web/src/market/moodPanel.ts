import { h, setAttribute, setText, svg } from "../core/dom.ts";
import { formatDecimal, UNKNOWN } from "../format/numbers.ts";
import type { MessageKey } from "../i18n/messages.ts";
import type { Preferences } from "../preferences.ts";
import { linePath } from "./moodLine.ts";
import { fngText } from "./quoteBar.ts";
import type { SentimentModel } from "./sentimentModel.ts";

const WIDTH = 600;
const HEIGHT = 120;

class Fact {
  readonly element: HTMLElement;
  readonly #label = h("dt", { class: "mood-label" });
  readonly #value = h("dd", { class: "mood-value" });

  constructor() {
    this.element = h("div", { class: "mood-fact" }, this.#label, this.#value);
  }

  render(label: string, value: string, why: string | null = null): void {
    setText(this.#label, label);
    setText(this.#value, value);
    setAttribute(this.element, "title", why);
  }
}

/** The Fear and Greed index of the last days as a line with its 30-day mean, and what the days before make of today's value. */
export class MoodPanel {
  readonly element: HTMLElement;
  readonly #model: SentimentModel;
  readonly #preferences: Preferences;
  readonly #title = h("h2", { class: "panel-title", id: "mood-title" });
  readonly #now = h("span", { class: "mood-now" });
  readonly #word = h("span", { class: "mood-word" });
  readonly #mean = svg("path", { class: "mood-mean" });
  readonly #line = svg("path", { class: "mood-line" });
  readonly #chart: SVGElement;
  readonly #facts = Array.from({ length: 5 }, () => new Fact());
  readonly #body: HTMLElement;
  readonly #empty = h("p", { class: "panel-empty" });

  constructor(model: SentimentModel, preferences: Preferences) {
    this.#model = model;
    this.#preferences = preferences;
    const bands = [25, 46, 54, 75].map((bound) => svg("line", { class: "mood-bound", x1: 0, x2: WIDTH, y1: HEIGHT - (bound / 100) * HEIGHT, y2: HEIGHT - (bound / 100) * HEIGHT }));
    this.#chart = svg("svg", { class: "mood-chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" }, ...bands, this.#mean, this.#line);
    this.#body = h("div", { class: "mood" }, h("div", { class: "mood-head" }, this.#now, this.#word), this.#chart, h("dl", { class: "mood-facts" }, ...this.#facts.map((fact) => fact.element)));
    this.element = h("section", { class: "panel panel-mood", "aria-labelledby": "mood-title" }, this.#title, this.#body, this.#empty);
  }

  render(): void {
    const { t } = this.#preferences;
    const language = this.#preferences.language.value;
    const days = this.#model.sentiment.value?.days ?? [];
    const latest = this.#model.sentiment.value?.latest ?? null;
    setText(this.#title, days.length > 1 ? t("mood.titleOver", { days: days.length }) : t("mood.title"));
    this.#body.hidden = latest === null;
    this.#empty.hidden = latest !== null;
    setText(this.#empty, t("mood.empty"));
    if (latest === null) return;
    const values = days.map((day) => day.value);
    setAttribute(this.#line, "d", linePath(values, WIDTH, HEIGHT, 0, 100));
    setAttribute(this.#mean, "d", linePath(days.map((day) => day.ma30), WIDTH, HEIGHT, 0, 100));
    setAttribute(this.#chart, "aria-label", t("mood.chart", { days: days.length, low: Math.min(...values), high: Math.max(...values), value: latest.value }));
    const word = fngText(latest.label, this.#preferences);
    setText(this.#now, String(latest.value));
    setText(this.#word, word);
    setAttribute(this.#body, "data-mood", latest.value <= 46 ? "fear" : latest.value <= 54 ? "calm" : "greed");
    const decimal = (value: number | null) => formatDecimal(value, language, 1);
    const facts: [MessageKey, string, MessageKey | null][] = [
      ["mood.ma7", decimal(latest.ma7), null],
      ["mood.ma30", decimal(latest.ma30), null],
      ["mood.z30", latest.z30 === null ? UNKNOWN : `${signed(latest.z30, decimal)} σ`, "mood.z30Why"],
      ["mood.week", latest.change7d === null ? UNKNOWN : signed(latest.change7d, (value) => formatDecimal(value, language, 0)), null],
      ["mood.streak", t("mood.streakDays", { count: latest.streakDays, label: word }), null],
    ];
    facts.forEach(([label, value, why], index) => this.#facts[index]!.render(t(label), value, why === null ? null : t(why)));
  }
}

const signed = (value: number, format: (value: number) => string): string => (value > 0 ? `+${format(value)}` : format(value));

