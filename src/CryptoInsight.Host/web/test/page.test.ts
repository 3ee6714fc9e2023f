import assert from "node:assert/strict";
import { test } from "node:test";
import type { SymbolRow, TableRow } from "../src/api/wire.ts";
import { en } from "../src/i18n/en.ts";
import { ko } from "../src/i18n/ko.ts";
import { type MessageKey, preferredLanguage, translator } from "../src/i18n/messages.ts";
import { growth, inFlowOrder, layerOf, mergeTables } from "../src/market/lakeGrowth.ts";
import { searchSymbols } from "../src/market/symbolSearch.ts";
import { sortSymbols } from "../src/market/tableSort.ts";
import { formatRoute, parseRoute } from "../src/shell/route.ts";

const symbol = (name: string, changes: Partial<SymbolRow> = {}): SymbolRow => ({
  symbol: name,
  timeframes: ["5m"],
  lastPrice: 1,
  lastPriceAt: 0,
  changePct24h: 0,
  crossSignal: "Neutral",
  rsi14: 50,
  newestBucketStart: 0,
  lagSeconds: 0,
  ...changes,
});
const table = (name: string, version: number, rows: number | null = 0): TableRow => ({ name, version, rows, files: 1, bytes: 1, committedAt: 0 });

test("a search finds symbols that begin with the text first and forgives case and separators", () => {
  const rows = ["WBTCUSDT", "BTCUSDT", "ETHBTC", "币安人生USDT"].map((name) => symbol(name));
  const names = (query: string) => searchSymbols(rows, query).map((row) => row.symbol);
  assert.deepEqual(names("btc"), ["BTCUSDT", "WBTCUSDT", "ETHBTC"]);
  assert.deepEqual(names(" btc/usdt "), ["BTCUSDT", "WBTCUSDT"]);
  assert.deepEqual(names("人生"), ["币安人生USDT"]);
  assert.deepEqual(names("zzz"), []);
  assert.equal(names("").length, 4);
});

test("sorting keeps unknown values last in both directions and leaves the given rows alone", () => {
  const rows = [symbol("A", { rsi14: 40 }), symbol("B", { rsi14: null }), symbol("C", { rsi14: 60 })];
  const names = (descending: boolean) => sortSymbols(rows, { column: "rsi14", descending }).map((row) => row.symbol);
  assert.deepEqual(names(true), ["C", "A", "B"]);
  assert.deepEqual(names(false), ["A", "C", "B"]);
  assert.deepEqual(sortSymbols(rows, null), rows);
});

test("tables stand in the direction of the flow", () => {
  const names = inFlowOrder(["ops_events", "gold_signals", "silver_charts", "dlq_binance", "bronze_charts"].map((name) => table(name, 1)));
  assert.deepEqual(names.map((item) => item.name), ["bronze_charts", "silver_charts", "gold_signals", "dlq_binance", "ops_events"]);
  assert.equal(layerOf("goldfish"), "ops");
});

test("an older version of a table never replaces a newer one, and tables not sent stay", () => {
  const known = mergeTables(new Map(), [table("a", 5, 50), table("b", 1, 10)]);
  const next = mergeTables(known, [table("a", 4, 40), table("b", 2, 12)]);
  assert.equal(next.get("a")?.rows, 50);
  assert.equal(next.get("b")?.rows, 12);
  assert.equal(growth(known.get("b"), next.get("b")!), 2);
  assert.equal(growth(table("c", 1, null), table("c", 2, 5)), null);
});

test("an address survives the round trip, whatever the symbol", () => {
  for (const parts of [["BTCUSDT", "5m"], ["币安人生USDT", "1M"], ["A/B %", "4h"]]) {
    assert.deepEqual(parseRoute(formatRoute("market", parts)), { page: "market", parts });
  }
  assert.deepEqual(parseRoute(""), { page: "", parts: [] });
  assert.deepEqual(parseRoute("#/market/%"), { page: "market", parts: ["%"] });
});

test("both languages have every message with the same placeholders", () => {
  const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
  assert.deepEqual(Object.keys(ko).sort(), Object.keys(en).sort());
  for (const key of Object.keys(en) as MessageKey[]) {
    assert.notEqual(ko[key].trim(), "", key);
    assert.deepEqual(holes(ko[key]), holes(en[key]), key);
  }
  assert.equal(translator("ko")("live.retryIn", { seconds: 3 }), "3초 후 다시 시도");
});

test("the first spoken language of the browser wins", () => {
  assert.equal(preferredLanguage(["ko-KR", "en"]), "ko");
  assert.equal(preferredLanguage(["de", "ko"]), "ko");
  assert.equal(preferredLanguage(["en-GB", "ko"]), "en");
  assert.equal(preferredLanguage([]), "en");
});
