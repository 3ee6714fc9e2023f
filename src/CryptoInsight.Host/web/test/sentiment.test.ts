import assert from "node:assert/strict";
import { test } from "node:test";
import { mockPositions } from "../dev/mockSentiment.ts";
import { inReadingOrder } from "../src/market/heldPanel.ts";
import { linePath } from "../src/market/moodLine.ts";

test("the line of the index keeps inside its box, whatever the values", () => {
  assert.equal(linePath([], 100, 50, 0, 100), "");
  assert.equal(linePath([50], 100, 50, 0, 100), "M50 25h2");
  assert.equal(linePath([0, 100, 250, -7], 90, 50, 0, 100), "M0 50L30 0L60 0L90 50");
});

test("the chosen symbol's positions come first, the others by size", () => {
  const order = (symbol: string | null) => inReadingOrder(mockPositions(), symbol).map((row) => `${row.account.slice(0, 5)} ${row.symbol}`);
  assert.deepEqual(order(null).slice(0, 2), ["Alice BTCUSDT", "Bob BTCUSDT"]);
  assert.deepEqual(order("ETHUSDT").slice(0, 2), ["Alice ETHUSDT", "Alice BTCUSDT"]);
});
