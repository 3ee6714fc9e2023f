/** The documents of /api/v1. Times are integer milliseconds UTC; null means unknown. */

export type CrossWord = "Golden Cross" | "Dead Cross" | "Neutral";

export interface SymbolRow {
  readonly symbol: string;
  readonly timeframes: readonly string[];
  readonly lastPrice: number | null;
  readonly lastPriceAt: number | null;
  readonly changePct24h: number | null;
  readonly crossSignal: CrossWord | null;
  readonly rsi14: number | null;
  readonly newestBucketStart: number | null;
  readonly lagSeconds: number | null;
}

export interface SymbolsDocument {
  readonly exchange: string;
  readonly simulated: boolean;
  readonly now: number;
  readonly symbols: readonly SymbolRow[];
}

export interface SignalRow {
  readonly bucketStart: number;
  readonly bucketEnd: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number | null;
  readonly quoteVolume: number | null;
  readonly trades: number | null;
  readonly candles: number | null;
  readonly vwap: number | null;
  readonly ma50: number | null;
  readonly ma200: number | null;
  readonly rsi14: number | null;
  readonly crossSignal: CrossWord | null;
  readonly crossEvent: CrossWord | null;
  readonly aboveMa200: boolean | null;
  readonly pctChange24h: number | null;
  readonly fngValue: number | null;
  readonly fngLabel: string | null;
  readonly isFinal: boolean;
  readonly updatedAt: number | null;
}

export interface SignalsDocument {
  readonly symbol: string;
  readonly timeframe: string;
  readonly signals: readonly SignalRow[];
}

export interface TableRow {
  readonly name: string;
  readonly version: number | null;
  readonly rows: number | null;
  readonly files: number | null;
  readonly bytes: number | null;
  readonly committedAt: number | null;
}

export interface TablesDocument {
  readonly tables: readonly TableRow[];
}

export interface FearGreedRow {
  readonly at: number;
  readonly value: number;
  readonly label: string;
  readonly ma7: number;
  readonly ma30: number;
  readonly z30: number | null;
  readonly change1d: number | null;
  readonly change7d: number | null;
  readonly streakDays: number;
}

export interface SentimentDocument {
  readonly latest: FearGreedRow | null;
  readonly days: readonly FearGreedRow[];
}

export interface PositionRow {
  readonly uid: string;
  readonly account: string;
  readonly symbol: string;
  readonly side: "LONG" | "SHORT";
  readonly amount: number;
  readonly notional: number;
  readonly entryPrice: number;
  readonly markPrice: number;
  readonly pnl: number | null;
  /** Return on the margin: 0.2 is 20 %. */
  readonly roe: number | null;
  readonly leverage: number | null;
  readonly changedAt: number;
  readonly updatedAt: number;
}

export interface PositionsDocument {
  readonly positions: readonly PositionRow[];
}

/** A cell of an answer: numbers that arithmetic here would round come as texts. */
export type SqlCell = string | number | boolean | null;

export interface SqlColumn {
  readonly name: string;
  readonly kind: "number" | "text" | "time" | "timestamp" | "date" | "flag" | "bytes" | "nested" | "none";
}

export interface SqlResult {
  readonly columns: readonly SqlColumn[];
  readonly rows: readonly (readonly SqlCell[])[];
  /** Rows, or parts of long texts, were left out. */
  readonly truncated: boolean;
}

export interface SqlSurface {
  readonly catalog: string;
  readonly schema: string;
  readonly names: readonly { readonly name: string; readonly isView: boolean; readonly columns: readonly string[] }[];
  readonly limits: { readonly workers: number; readonly wallSecondsMax: number; readonly memoryBytesMax: number; readonly rowsMax: number };
}
