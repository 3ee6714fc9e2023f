import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  createTextWatermark,
  CrosshairMode,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type ITextWatermarkPluginApi,
  LineSeries,
  LineStyle,
  type Time,
  TickMarkType,
  type UTCTimestamp,
} from "lightweight-charts";
import type { SignalRow } from "../api/wire.ts";
import { formatCompact, formatPrice, priceDecimals } from "../format/numbers.ts";
import { formatAxisMark, formatMoment, zoneOffsetMs } from "../format/times.ts";
import type { Preferences } from "../preferences.ts";
import { type ChartPalette, readPalette } from "./chartPalette.ts";
import { axisTime, candlePoint, crossMarkers, linePoint, volumePoint } from "./chartPoints.ts";
import type { Merge } from "./series.ts";

const OLDER_WHEN_BARS_LEFT = 60; // ask for older rows before the reader reaches the edge
const UPDATES_MAX = 32; // above this, setting all the data costs less than single updates
const NARROW_PX = 520;
const WATERMARK_PX = 12;
const WATERMARK_LINE_PX = 30; // the text sits in the middle of its line: this keeps it clear of the pane's edge

export interface ChartListener {
  onNeedOlder(): void;
  /** The row under the crosshair; null when it left. */
  onHover(row: SignalRow | null): void;
  /** Whether the newest candle is in sight. */
  onTail(inSight: boolean): void;
}

/** The drawing: candles and averages, volume, RSI. It holds rows only to find them again under the crosshair. */
export class SignalChart {
  readonly #host: HTMLElement;
  readonly #preferences: Preferences;
  readonly #listener: ChartListener;
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #ma50: ISeriesApi<"Line">;
  readonly #ma200: ISeriesApi<"Line">;
  readonly #volume: ISeriesApi<"Histogram">;
  readonly #rsi: ISeriesApi<"Line">;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  readonly #titles: ITextWatermarkPluginApi<Time>[] = [];
  #palette: ChartPalette;
  #rows: readonly SignalRow[] = [];
  #settled = false;
  /** bucketStart of the candle under the keyboard's crosshair. */
  #focus: number | null = null;

  constructor(host: HTMLElement, preferences: Preferences, listener: ChartListener) {
    this.#host = host;
    this.#preferences = preferences;
    this.#listener = listener;
    this.#palette = readPalette();
    // The built-in logo brings an inline style (forbidden by the page's policy) and a link that tells this page's address: the
    // attribution stands in the page's footer instead.
    this.#chart = createChart(host, {
      autoSize: true,
      layout: { attributionLogo: false },
      crosshair: { mode: CrosshairMode.Normal },
      handleScroll: { vertTouchDrag: false }, // a finger moving up or down scrolls the page
    });
    const quiet = { priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false } as const;
    this.#ma200 = this.#chart.addSeries(LineSeries, { ...quiet, lineWidth: 2 }, 0);
    this.#ma50 = this.#chart.addSeries(LineSeries, { ...quiet, lineWidth: 2 }, 0);
    this.#candles = this.#chart.addSeries(CandlestickSeries, { priceLineStyle: LineStyle.SparseDotted }, 0);
    this.#volume = this.#chart.addSeries(HistogramSeries, { priceLineVisible: false, lastValueVisible: false }, 1);
    this.#rsi = this.#chart.addSeries(LineSeries, { ...quiet, lastValueVisible: true, lineWidth: 2 }, 2);
    this.#markers = createSeriesMarkers(this.#candles, []);
    this.#arrange();
    this.restyle();
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange(() => this.#look());
    this.#chart.subscribeCrosshairMove((event) => {
      const index = event.time === undefined || event.logical === undefined ? null : Math.round(event.logical);
      this.#listener.onHover(index === null ? null : (this.#rows[index] ?? null));
    });
  }

  /** Draws a series; a merge tells how little of it is new. */
  show(rows: readonly SignalRow[], merge: Merge | null): void {
    const reset = merge === null;
    this.#rows = rows;
    if (reset) {
      this.#focus = null;
      this.#settled = false;
      this.#scalePrices();
    }
    const changed = merge === null ? rows.length : rows.length - merge.firstChanged;
    const small = merge !== null && !merge.inserted && changed <= UPDATES_MAX;
    if (small) this.#update(merge.firstChanged);
    else this.#setAll();
    if (reset) {
      this.#chart.timeScale().resetTimeScale();
      for (const pane of this.#chart.panes()) pane.priceScale("right").applyOptions({ autoScale: true });
      this.#settle();
    }
    if (!small || rows.slice(merge.firstChanged).some((row) => row.crossEvent !== null)) this.#mark();
  }

  /** New colours, language or time zone; the view stays where it is. */
  restyle(): void {
    this.#palette = readPalette();
    const { palette, language, zone } = { palette: this.#palette, language: this.#preferences.language.value, zone: this.#preferences.zone.value };
    const t = this.#preferences.t;
    this.#chart.applyOptions({
      layout: {
        background: { color: palette.surface },
        textColor: palette.ink,
        fontFamily: palette.font,
        fontSize: 11,
        panes: { separatorColor: palette.line, separatorHoverColor: palette.grid },
      },
      grid: { vertLines: { color: palette.grid }, horzLines: { color: palette.grid } },
      crosshair: {
        vertLine: { color: palette.crosshair, labelBackgroundColor: palette.crosshair },
        horzLine: { color: palette.crosshair, labelBackgroundColor: palette.crosshair },
      },
      rightPriceScale: { borderVisible: false, minimumWidth: 64, entireTextOnly: true },
      timeScale: {
        borderColor: palette.line,
        tickMarkFormatter: (time: Time, mark: TickMarkType) => formatAxisMark((time as UTCTimestamp) * 1000, markUnit(mark), language),
      },
      localization: {
        timeFormatter: (time: Time) => `${formatMoment((time as UTCTimestamp) * 1000 - zoneOffsetMs(zone), zone, language)} ${zone}`,
      },
    });
    const { up, down } = palette;
    this.#candles.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false });
    this.#ma50.applyOptions({ color: palette.ma50 });
    this.#ma200.applyOptions({ color: palette.ma200 });
    this.#rsi.applyOptions({ color: palette.rsi });
    for (const line of this.#rsi.priceLines()) {
      line.applyOptions({ color: palette.band, axisLabelColor: palette.surface, axisLabelTextColor: palette.ink });
    }
    this.#volume.applyOptions({ priceFormat: { type: "custom", minMove: 0.01, formatter: (value: number) => formatCompact(value, language) } });
    const titles = [t("chart.pane.volume"), t("chart.pane.rsi")];
    this.#titles.forEach((title, i) =>
      title.applyOptions({
        lines: [{ text: titles[i] ?? "", color: palette.ink, fontSize: WATERMARK_PX, fontFamily: palette.font, lineHeight: WATERMARK_LINE_PX }],
      }),
    );
    this.#scalePrices();
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    if (this.#rows.length > 0) {
      this.#setAll();
      this.#mark();
      if (range) this.#chart.timeScale().setVisibleLogicalRange(range);
    }
  }

  toNewest(): void {
    this.#chart.timeScale().scrollToPosition(this.#chart.timeScale().options().rightOffset, false);
  }

  /** Moves the crosshair by candles, for readers without a pointer. */
  step(candles: number): void {
    const last = this.#rows.length - 1;
    if (last < 0) return;
    const from = this.#focus === null ? -1 : this.#rows.findIndex((item) => item.bucketStart === this.#focus);
    const index = from < 0 ? last : Math.min(last, Math.max(0, from + candles)); // the first key lands on the newest candle
    const row = this.#rows[index]!;
    this.#focus = row.bucketStart;
    this.#reveal(index);
    this.#chart.setCrosshairPosition(row.close, axisTime(row, this.#offset), this.#candles);
    this.#listener.onHover(row);
  }

  zoom(factor: number): void {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (!range) return;
    const width = Math.min(2_000, Math.max(10, (range.to - range.from) * factor));
    scale.setVisibleLogicalRange({ from: range.to - width, to: range.to });
  }

  leave(): void {
    this.#focus = null;
    this.#chart.clearCrosshairPosition();
    this.#listener.onHover(null);
  }

  close(): void {
    this.#rows = []; // a frame that is still due finds nothing to look at
    this.#chart.remove();
  }

  /** While a new series is laid out the visible range passes through states that no reader sees: they ask for nothing. */
  #settle(): void {
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        this.#settled = true;
        this.#look();
      }),
    );
  }

  #look(): void {
    const range = this.#settled && this.#rows.length > 0 ? this.#chart.timeScale().getVisibleLogicalRange() : null;
    if (!range) return;
    if (range.from < OLDER_WHEN_BARS_LEFT) this.#listener.onNeedOlder();
    this.#listener.onTail(range.to >= this.#rows.length - 1);
  }

  get #offset(): number {
    return zoneOffsetMs(this.#preferences.zone.value);
  }

  #arrange(): void {
    this.#chart.timeScale().applyOptions({ timeVisible: true, secondsVisible: false, rightOffset: 6, barSpacing: matchMedia(`(min-width: ${NARROW_PX}px)`).matches ? 8 : 6, minBarSpacing: 1 });
    this.#rsi.applyOptions({
      // 30 and 70 carry their own labels: the axis adds none of its own.
      priceFormat: {
        type: "custom",
        minMove: 0.1,
        formatter: (value: number) => value.toFixed(1),
        tickmarksFormatter: (values: readonly number[]) => values.map(() => ""),
      },
      autoscaleInfoProvider: () => ({ priceRange: { minValue: 0, maxValue: 100 } }),
    });
    for (const price of [30, 70]) {
      this.#rsi.createPriceLine({ price, lineWidth: 1, lineStyle: LineStyle.Dashed, axisLabelVisible: true, title: "" });
    }
    const panes = this.#chart.panes();
    [10, 2.4, 3].forEach((share, i) => panes[i]?.setStretchFactor(share));
    panes[0]?.priceScale("right").applyOptions({ scaleMargins: { top: 0.08, bottom: 0.06 } });
    panes[1]?.priceScale("right").applyOptions({ scaleMargins: { top: 0.25, bottom: 0 } });
    panes[2]?.priceScale("right").applyOptions({ scaleMargins: { top: 0.06, bottom: 0.06 } });
    for (const pane of panes.slice(1)) this.#titles.push(createTextWatermark(pane, { horzAlign: "left", vertAlign: "top", lines: [] }));
  }

  #scalePrices(): void {
    const language = this.#preferences.language.value;
    const decimals = priceDecimals(this.#rows.at(-1)?.close);
    const priceFormat = {
      type: "custom",
      minMove: 10 ** -decimals,
      formatter: (value: number) => formatPrice(value, language, decimals),
    } as const;
    for (const series of [this.#candles, this.#ma50, this.#ma200]) series.applyOptions({ priceFormat });
  }

  #setAll(): void {
    const times = this.#rows.map((row) => axisTime(row, this.#offset));
    const over = <T>(point: (row: SignalRow, time: UTCTimestamp) => T) => this.#rows.map((row, i) => point(row, times[i]!));
    this.#candles.setData(over(candlePoint));
    this.#ma50.setData(over((row, time) => linePoint(row.ma50, time)));
    this.#ma200.setData(over((row, time) => linePoint(row.ma200, time)));
    this.#volume.setData(over((row, time) => volumePoint(row, time, this.#palette)));
    this.#rsi.setData(over((row, time) => linePoint(row.rsi14, time)));
  }

  #update(from: number): void {
    const newest = this.#candles.data().at(-1)?.time as UTCTimestamp | undefined;
    for (const row of this.#rows.slice(from)) {
      const time = axisTime(row, this.#offset);
      const past = newest !== undefined && time < newest;
      this.#candles.update(candlePoint(row, time), past);
      this.#ma50.update(linePoint(row.ma50, time), past);
      this.#ma200.update(linePoint(row.ma200, time), past);
      this.#volume.update(volumePoint(row, time, this.#palette), past);
      this.#rsi.update(linePoint(row.rsi14, time), past);
    }
  }

  #mark(): void {
    const withText = this.#host.clientWidth > NARROW_PX;
    this.#markers.setMarkers(crossMarkers(this.#rows, this.#offset, this.#palette, this.#preferences.t, withText));
  }

  #reveal(index: number): void {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (!range) return;
    const shift = index < range.from + 2 ? index - range.from - 2 : index > range.to - 2 ? index - range.to + 2 : 0;
    if (shift !== 0) scale.setVisibleLogicalRange({ from: range.from + shift, to: range.to + shift });
  }
}

function markUnit(mark: TickMarkType): "year" | "month" | "day" | "time" {
  if (mark === TickMarkType.Year) return "year";
  if (mark === TickMarkType.Month) return "month";
  return mark === TickMarkType.DayOfMonth ? "day" : "time";
}
