import type { CrossWord, SignalRow } from "../src/api/wire.ts";

/** Development only: a seeded random walk with the indicators of the real tables, so that the page can be worked on alone. */

export interface MockSymbol {
  readonly symbol: string;
  readonly price: number;
  readonly volatility: number;
}

export const MOCK_SYMBOLS: readonly MockSymbol[] = [
  { symbol: "BTCUSDT", price: 87_412.5, volatility: 0.0011 },
  { symbol: "ETHUSDT", price: 2_914.3, volatility: 0.0014 },
  { symbol: "SOLUSDT", price: 131.42, volatility: 0.002 },
  { symbol: "XRPUSDT", price: 2.0871, volatility: 0.0018 },
  { symbol: "BNBUSDT", price: 842.1, volatility: 0.0012 },
  { symbol: "ADAUSDT", price: 0.41235, volatility: 0.002 },
  { symbol: "DOGEUSDT", price: 0.14412, volatility: 0.0024 },
  { symbol: "SHIBUSDT", price: 0.00000871, volatility: 0.0026 },
];

const HISTORY = 2_400;
const DAY_MS = 86_400_000;

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const seedOf = (text: string): number => [...text].reduce((hash, char) => (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0, 7);

interface Bar {
  start: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

export class MockSeries {
  readonly #random: () => number;
  readonly #market: MockSymbol;
  readonly #bucketMs: number;
  readonly #bars: Bar[] = [];
  #rows: SignalRow[] = [];
  #trend = 0;

  constructor(market: MockSymbol, timeframe: string, bucketMs: number, now: number) {
    this.#random = generator(seedOf(market.symbol + timeframe));
    this.#market = market;
    this.#bucketMs = bucketMs;
    const current = Math.floor(now / bucketMs) * bucketMs;
    const closes = [market.price];
    for (let i = 0; i < HISTORY; i += 1) closes.push(this.#next(closes.at(-1)!));
    closes.reverse(); // the walk ends at the price of today
    for (let i = 0; i < HISTORY; i += 1) this.#bars.push(this.#bar(current - (HISTORY - 1 - i) * bucketMs, closes[i]!, closes[i + 1]!));
    this.#indicate(now);
  }

  get rows(): readonly SignalRow[] {
    return this.#rows;
  }

  /** One live step; returns the rows that differ. */
  step(now: number): SignalRow[] {
    const start = Math.floor(now / this.#bucketMs) * this.#bucketMs;
    let last = this.#bars.at(-1)!;
    const closed = last.start < start;
    if (closed) this.#bars.push((last = { start, open: last.close, high: last.close, low: last.close, close: last.close, volume: 0 }));
    last.close = last.close * (1 + (this.#random() - 0.5) * this.#market.volatility * 0.5);
    last.high = Math.max(last.high, last.close);
    last.low = Math.min(last.low, last.close);
    last.volume += this.#random() * 12;
    this.#indicate(now);
    return [...this.#revise(now), ...this.#rows.slice(closed ? -2 : -1)];
  }

  /** Now and then the exchange revises a candle that was closed: its volume, and its low. */
  #revise(now: number): SignalRow[] {
    const index = this.#rows.length - 4;
    const row = this.#rows[index]!;
    if (this.#random() > 0.15 || row.volume !== this.#bars[index]!.volume) return [];
    const revised = { ...row, low: row.low * (1 - this.#market.volatility * 0.3), volume: (row.volume ?? 0) * 1.1, updatedAt: now };
    this.#rows = this.#rows.with(index, revised);
    return [revised];
  }

  #next(price: number): number {
    if (this.#random() < 0.012) this.#trend = (this.#random() - 0.5) * 0.6;
    return price * (1 + (this.#random() - 0.5 + this.#trend * 0.3) * this.#scale);
  }

  get #scale(): number {
    return this.#market.volatility * Math.sqrt(this.#bucketMs / 300_000) * 1.6;
  }

  #bar(start: number, open: number, close: number): Bar {
    const reach = () => this.#random() * this.#random() * this.#scale;
    const high = Math.max(open, close) * (1 + reach());
    const low = Math.min(open, close) * (1 - reach());
    const volume = (0.3 + this.#random() ** 3 * 4 + (Math.abs(close - open) / open / this.#scale) * 2) * (90_000 / Math.sqrt(this.#market.price + 1));
    return { start, open, high, low, close, volume };
  }

  #indicate(now: number): void {
    const { mean50, mean200, rsi } = indicators(this.#bars.map((bar) => bar.close));
    let previous: CrossWord = "Neutral";
    const firstToday = this.#rows.length === this.#bars.length ? this.#rows.length - 1 : 0;
    const rows: SignalRow[] = [];
    this.#bars.forEach((bar, i) => {
      const ma50 = mean50[i] ?? null;
      const ma200 = mean200[i] ?? null;
      const state: CrossWord = ma50 === null || ma200 === null || ma50 === ma200 ? "Neutral" : ma50 > ma200 ? "Golden Cross" : "Dead Cross";
      const event = state !== "Neutral" && previous !== "Neutral" && state !== previous ? state : null;
      if (state !== "Neutral") previous = state;
      if (i < firstToday && this.#rows[i]) rows.push(this.#rows[i]!);
      else rows.push(this.#row(bar, i, ma50, ma200, rsi[i] ?? null, state, event, now));
    });
    this.#rows = rows;
  }

  #row(bar: Bar, i: number, ma50: number | null, ma200: number | null, rsi14: number | null, crossSignal: CrossWord, crossEvent: CrossWord | null, now: number): SignalRow {
    const dayAgo = this.#bars[i - DAY_MS / this.#bucketMs]?.close;
    const fng = Math.round(38 + 26 * Math.sin((bar.start / DAY_MS) * 0.21));
    const end = bar.start + this.#bucketMs;
    return {
      bucketStart: bar.start,
      bucketEnd: end,
      open: bar.open,
      high: bar.high,
      low: bar.low,
      close: bar.close,
      volume: bar.volume,
      quoteVolume: bar.volume * bar.close,
      trades: Math.round(bar.volume * 9),
      candles: this.#bucketMs === 300_000 ? 5 : 1,
      vwap: (bar.open + bar.close) / 2,
      ma50,
      ma200,
      rsi14,
      crossSignal,
      crossEvent,
      aboveMa200: ma200 === null ? null : bar.close > ma200,
      pctChange24h: dayAgo === undefined ? null : ((bar.close - dayAgo) / dayAgo) * 100,
      fngValue: fng,
      fngLabel: fng < 25 ? "Extreme Fear" : fng < 45 ? "Fear" : fng < 55 ? "Neutral" : fng < 75 ? "Greed" : "Extreme Greed",
      isFinal: end <= now - 600_000,
      updatedAt: Math.min(end, now),
    };
  }
}

function indicators(closes: readonly number[]): { mean50: (number | null)[]; mean200: (number | null)[]; rsi: (number | null)[] } {
  const mean = (length: number) => {
    let sum = 0;
    return closes.map((close, i) => {
      sum += close - (closes[i - length] ?? 0);
      return i >= length - 1 ? sum / length : null;
    });
  };
  let gain = 0;
  let loss = 0;
  const rsi = closes.map((close, i) => {
    const step = i === 0 ? 0 : close - closes[i - 1]!;
    const [up, down] = [Math.max(step, 0), Math.max(-step, 0)];
    if (i <= 14) {
      gain += up / 14;
      loss += down / 14;
    } else {
      gain = (gain * 13 + up) / 14;
      loss = (loss * 13 + down) / 14;
    }
    return i < 14 ? null : loss === 0 ? 100 : 100 - 100 / (1 + gain / loss);
  });
  return { mean50: mean(50), mean200: mean(200), rsi };
}
