import assert from "node:assert/strict";
import { test } from "node:test";
import { direction, formatBytes, formatCompact, formatPercent, formatPrice, priceDecimals } from "../src/format/numbers.ts";
import { formatAge, formatAxisMark, formatDuration, formatMoment, formatTimeframe, timeframeMs, zoneOffsetMs } from "../src/format/times.ts";

test("prices of every size keep their meaningful digits", () => {
  assert.equal(formatPrice(87_412.5, "en"), "87,412.50");
  assert.equal(formatPrice(2.0871, "en"), "2.0871");
  assert.equal(formatPrice(0.14412, "en"), "0.14412");
  assert.equal(formatPrice(0.00000871, "en"), "0.00000871");
  assert.equal(formatPrice(1.234e-8, "en"), "0.0000000123");
  assert.equal(formatPrice(0, "en"), "0.00");
  assert.equal(priceDecimals(null), 2);
});

test("unknown numbers are a dash, never zero or NaN", () => {
  for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(formatPrice(value, "ko"), "–");
    assert.equal(formatPercent(value, "ko"), "–");
    assert.equal(formatDuration(value, "ko"), "–");
    assert.equal(formatBytes(value, "ko"), "–");
  }
});

test("a percentage always carries its sign, and one that rounds to nothing has none", () => {
  assert.equal(formatPercent(3.256, "en"), "+3.26%");
  assert.equal(formatPercent(-0.5, "en"), "−0.50%");
  assert.equal(formatPercent(0.004, "en"), "0.00%");
  assert.equal(formatPercent(-0.004, "en"), "0.00%");
  assert.deepEqual([1, -1, 0.004, -0.004, null].map(direction), [1, -1, 0, 0, 0]);
});

test("large numbers are short in each language's own units", () => {
  assert.equal(formatCompact(12_345_678, "en"), "12.35M");
  assert.equal(formatCompact(12_345_678, "ko"), "1235만");
  assert.equal(formatCompact(1_836.4, "ko"), "1,836");
  assert.equal(formatCompact(135.24, "ko"), "135.2");
});

test("bytes step up before they would print as 1024", () => {
  assert.equal(formatBytes(0, "en"), "0 B");
  assert.equal(formatBytes(1_023, "en"), "1,023 B");
  assert.equal(formatBytes(1_048_575, "en"), "1.0 MiB");
  assert.equal(formatBytes(1_228_800, "en"), "1.2 MiB");
});

test("a moment is shown in the chosen zone, over midnight too", () => {
  const moment = Date.UTC(2026, 10, 22, 18, 5);
  assert.equal(formatMoment(moment, "UTC", "en"), "Sun 22 Nov 18:05");
  assert.equal(formatMoment(moment, "KST", "ko"), "11월 23일 (월) 03:05");
  assert.equal(formatMoment(null, "KST", "ko"), "–");
});

test("axis marks show the unit that changed", () => {
  const midnight = Date.UTC(2026, 10, 22, 15) + zoneOffsetMs("KST");
  assert.equal(formatAxisMark(midnight, "day", "ko"), "23일");
  assert.equal(formatAxisMark(midnight, "day", "en"), "23 Nov");
  assert.equal(formatAxisMark(midnight, "time", "en"), "00:00");
  assert.equal(formatAxisMark(midnight, "year", "ko"), "2026년");
});

test("lengths of time use the largest sensible unit, rounded down", () => {
  assert.equal(formatDuration(59_999, "en"), "59 s");
  assert.equal(formatDuration(60_000, "ko"), "1분");
  assert.equal(formatDuration(47 * 3_600_000, "ko"), "47시간");
  assert.equal(formatDuration(49 * 3_600_000, "en"), "2 d");
  assert.equal(formatDuration(-5, "en"), "0 s");
  assert.equal(formatAge(500, "ko"), "방금 전");
  assert.equal(formatAge(12_000, "ko"), "12초 전");
  assert.equal(formatAge(12_000, "en"), "12 s ago");
});

test("timeframes are the exchange's, case-sensitive", () => {
  assert.equal(timeframeMs("5m"), 300_000);
  assert.equal(timeframeMs("4h"), 14_400_000);
  assert.equal(timeframeMs("1M"), 31 * 86_400_000);
  assert.equal(timeframeMs("5 m"), null);
  assert.equal(timeframeMs(""), null);
  assert.equal(formatTimeframe("4h", "ko"), "4시간");
  assert.equal(formatTimeframe("1M", "ko"), "1개월");
  assert.equal(formatTimeframe("4h", "en"), "4h");
});
