import { h } from "../core/dom.ts";
import { formatTimeframe, timeframeMs } from "../format/times.ts";
import { Choice } from "../shell/choice.ts";
import type { Page, PageContext, PageDefinition } from "../shell/pages.ts";
import { ChartPanel } from "./chartPanel.ts";
import { lagAt } from "./freshness.ts";
import { HeldPanel } from "./heldPanel.ts";
import { LakeStrip } from "./lakeStrip.ts";
import { LivePill } from "./livePill.ts";
import { MarketModel } from "./marketModel.ts";
import { MoodPanel } from "./moodPanel.ts";
import { type Quote, QuoteBar } from "./quoteBar.ts";
import { SentimentModel } from "./sentimentModel.ts";
import { SymbolPicker } from "./symbolPicker.ts";
import { SymbolTable } from "./symbolTable.ts";
import { formatPrice } from "../format/numbers.ts";

const TICK_MS = 1_000;

export const marketPage: PageDefinition = { id: "market", title: "page.market", open: (context) => new MarketPage(context) };

/** Live candles and signals: the model's changes go to the parts of the page that show them. */
class MarketPage implements Page {
  readonly #context: PageContext;
  readonly #model = new MarketModel();
  readonly #quote: QuoteBar;
  readonly #chart: ChartPanel;
  readonly #picker: SymbolPicker;
  readonly #timeframes: Choice<string>;
  readonly #pill: LivePill;
  readonly #table: SymbolTable;
  readonly #lake: LakeStrip;
  readonly #sentiment = new SentimentModel(this.#model);
  readonly #mood: MoodPanel;
  readonly #held: HeldPanel;
  readonly #unwatch: (() => void)[] = [];
  readonly #tickTimer: number;
  #wanted: readonly string[] = [];
  #frame: number | null = null;

  constructor(context: PageContext) {
    this.#context = context;
    const { preferences } = context;
    const model = this.#model;
    const choose = (symbol: string) => this.#choose(symbol, model.selection.value?.timeframe);
    this.#quote = new QuoteBar(preferences);
    this.#picker = new SymbolPicker(model, preferences, choose);
    this.#timeframes = new Choice<string>("choice-timeframe", (timeframe) => this.#choose(model.selection.value?.symbol, timeframe));
    this.#pill = new LivePill(model, preferences);
    this.#table = new SymbolTable(model, preferences, choose);
    this.#lake = new LakeStrip(model, preferences);
    this.#mood = new MoodPanel(this.#sentiment, preferences);
    this.#held = new HeldPanel(this.#sentiment, model, preferences);
    context.toolbar.append(this.#picker.element, this.#timeframes.element, this.#pill.element);
    const chartPlace = h("div", { class: "chart-place" });
    context.main.append(this.#pill.banner, this.#quote.element, chartPlace, h("div", { class: "below" }, this.#table.element, this.#mood.element, this.#held.element, this.#lake.element));
    this.#chart = new ChartPanel(model, preferences); // after the style is there: it reads its colours from the page
    chartPlace.append(this.#chart.element);
    this.#watch();
    this.#tickTimer = window.setInterval(() => this.#tick(), TICK_MS);
    this.restyle();
    void model.start();
  }

  route(parts: readonly string[]): void {
    this.#wanted = parts;
    const [symbol, timeframe] = parts;
    if (symbol && timeframe) this.#choose(symbol, timeframe);
    else this.#chooseFirst();
  }

  restyle(): void {
    this.#picker.render();
    this.#pill.render();
    this.#table.render();
    this.#lake.render();
    this.#mood.render();
    this.#held.render();
    this.#renderTimeframes();
    this.#quote.render(this.#quoteNow());
    this.#chart.restyle();
  }

  close(): void {
    window.clearInterval(this.#tickTimer);
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    for (const unwatch of this.#unwatch) unwatch();
    this.#picker.close();
    this.#chart.close();
    this.#sentiment.close();
    this.#model.close();
  }

  #watch(): void {
    const model = this.#model;
    this.#unwatch.push(
      model.venue.watch((venue) => {
        if (venue) this.#context.showVenue(venue);
      }),
      model.symbols.watch(() => {
        if (!model.selection.value) this.#chooseFirst();
        this.#later();
      }),
      model.symbolsState.watch(() => {
        this.#chart.renderNotice();
        this.#later();
      }),
      model.tables.watch(() => this.#lake.render()),
      model.tablesState.watch(() => this.#lake.render()),
      model.selection.watch(() => {
        this.#picker.render();
        this.#renderTimeframes();
        this.#table.renderSelection();
        this.#held.render();
        this.#chart.renderNotice();
      }),
      model.series.watch((state) => {
        this.#chart.show(state);
        this.#later();
      }),
      model.older.watch(() => this.#chart.renderOlder()),
      model.connection.watch(() => this.#pill.render()),
      this.#sentiment.sentiment.watch(() => this.#mood.render()),
      this.#sentiment.positions.watch(() => this.#held.render()),
    );
  }

  /** Several changes within one frame are painted once. */
  #later(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      const quote = this.#quoteNow();
      this.#quote.render(quote);
      this.#table.render();
      this.#picker.render();
      this.#renderTimeframes();
      const chosen = this.#model.selection.value;
      const price = quote.symbol?.lastPrice ?? quote.rows.at(-1)?.close;
      if (chosen) document.title = `${formatPrice(price, this.#context.preferences.language.value)} ${chosen.symbol} · CryptoInsight`;
    });
  }

  #tick(): void {
    this.#quote.tick(this.#quoteNow());
    this.#table.tick();
    this.#lake.tick();
    this.#pill.tick();
  }

  #quoteNow(): Quote {
    const model = this.#model;
    const chosen = model.selection.value;
    const entry = chosen ? model.symbols.value.get(chosen.symbol) : undefined;
    const rows = model.series.value.kind === "ready" ? model.series.value.rows : [];
    const now = model.now();
    const lagMs = lagAt(
      {
        lagMs: entry?.row.lagSeconds == null ? null : entry.row.lagSeconds * 1000,
        reportedAt: entry?.reportedAt ?? now,
        newestBucketStart: rows.at(-1)?.bucketStart ?? null,
        bucketMs: chosen ? timeframeMs(chosen.timeframe) : null,
      },
      now,
    );
    return { symbol: entry?.row ?? null, rows, lagMs, now };
  }

  #choose(symbol: string | undefined, timeframe: string | undefined): void {
    if (symbol === undefined) return;
    const offered = this.#model.symbols.value.get(symbol)?.row.timeframes;
    const fitting = offered === undefined || offered.length === 0 || (timeframe !== undefined && offered.includes(timeframe)) ? timeframe : offered[0];
    if (fitting === undefined) return;
    this.#context.preferences.rememberSeries(symbol, fitting);
    this.#model.select({ symbol, timeframe: fitting });
    this.#context.navigate([symbol, fitting]);
  }

  /** Without a full address: the last visit's series if it still exists, else the first symbol. */
  #chooseFirst(): void {
    const entries = this.#model.symbols.value;
    const last = this.#context.preferences.lastSeries;
    const symbol = [this.#wanted[0], last?.symbol].find((name) => name !== undefined && entries.has(name)) ?? entries.keys().next().value;
    if (symbol !== undefined) this.#choose(symbol, this.#wanted[1] ?? last?.timeframe);
  }

  #renderTimeframes(): void {
    const language = this.#context.preferences.language.value;
    const chosen = this.#model.selection.value;
    const offered = chosen ? (this.#model.symbols.value.get(chosen.symbol)?.row.timeframes ?? [chosen.timeframe]) : [];
    this.#timeframes.render(
      this.#context.preferences.t("picker.timeframe"),
      offered.map((timeframe) => ({ value: timeframe, label: formatTimeframe(timeframe, language) })),
      chosen?.timeframe ?? null,
    );
  }
}
