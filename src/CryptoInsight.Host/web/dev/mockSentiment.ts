import type { FearGreedRow, PositionRow, SentimentDocument } from "../src/api/wire.ts";

const DAY_MS = 86_400_000;

const label = (value: number) => (value <= 25 ? "Extreme Fear" : value <= 46 ? "Fear" : value <= 54 ? "Neutral" : value <= 75 ? "Greed" : "Extreme Greed");
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** An index that swings; close enough to the real one to look at. */
export function mockSentiment(count: number): SentimentDocument {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const values = Array.from({ length: count + 30 }, (_, i) => Math.round(50 + 34 * Math.sin(i / 11) + 9 * Math.sin(i * 1.7)));
  const days = values.map((value, i): FearGreedRow => {
    const month = values.slice(Math.max(0, i - 29), i + 1);
    return {
      at: today - (values.length - 1 - i) * DAY_MS,
      value,
      label: label(value),
      ma7: mean(values.slice(Math.max(0, i - 6), i + 1)),
      ma30: mean(month),
      z30: month.length < 2 ? null : (value - mean(month)) / 12,
      change1d: i < 1 ? null : value - values[i - 1]!,
      change7d: i < 7 ? null : value - values[i - 7]!,
      streakDays: 1 + (i % 5),
    };
  });
  const shown = days.slice(-count);
  return { latest: shown.at(-1) ?? null, days: shown };
}

export function mockPositions(): readonly PositionRow[] {
  const now = Date.now();
  const held = (account: string, symbol: string, amount: number, entryPrice: number, markPrice: number, leverage: number | null): PositionRow => {
    const pnl = (markPrice - entryPrice) * amount;
    const roe = leverage === null ? null : (pnl * leverage) / Math.abs(entryPrice * amount);
    return {
      uid: account.toUpperCase(),
      account,
      symbol,
      side: amount >= 0 ? "LONG" : "SHORT",
      amount,
      notional: Math.abs(amount) * markPrice,
      entryPrice,
      markPrice,
      pnl,
      roe,
      leverage,
      changedAt: now - Math.abs(amount) * 60_000,
      updatedAt: now,
    };
  };
  return [
    held("Alice", "BTCUSDT", 1.5, 86_120.5, 87_010.1, 20),
    held("Bob", "BTCUSDT", -0.4, 87_900, 87_010.1, 10),
    held("Alice", "ETHUSDT", -12, 2_905.2, 2_880.4, 25),
    held("Carol (a rather long account name)", "SHIBUSDT", 90_000_000, 0.00000912, 0.0000088, 50),
    held("Carol (a rather long account name)", "DOGEUSDT", 42_000, 0.151, 0.149, null),
  ];
}
