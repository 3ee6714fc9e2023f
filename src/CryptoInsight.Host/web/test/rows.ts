import type { SignalRow } from "../src/api/wire.ts";

export const MINUTE = 60_000;

/** A row of a 5m series, number `index`; every field that a test does not name is plausible. */
export function row(index: number, changes: Partial<SignalRow> = {}): SignalRow {
  const bucketStart = 1_700_000_000_000 - (1_700_000_000_000 % (5 * MINUTE)) + index * 5 * MINUTE;
  return {
    bucketStart,
    bucketEnd: bucketStart + 5 * MINUTE,
    open: 100,
    high: 102,
    low: 99,
    close: 101,
    volume: 10,
    quoteVolume: 1_005,
    trades: 12,
    candles: 5,
    vwap: 100.5,
    ma50: null,
    ma200: null,
    rsi14: 55,
    crossSignal: "Neutral",
    crossEvent: null,
    aboveMa200: null,
    pctChange24h: null,
    fngValue: null,
    fngLabel: null,
    isFinal: true,
    updatedAt: bucketStart + 5 * MINUTE,
    ...changes,
  };
}
