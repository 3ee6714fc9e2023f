import assert from "node:assert/strict";
import { test } from "node:test";
import { joins, lastCross, mergeRows } from "../src/market/series.ts";
import { row } from "./rows.ts";

const starts = (rows: readonly { bucketStart: number }[]) => rows.map((item) => item.bucketStart);

test("a new newest row is appended and nothing before it counts as changed", () => {
  const merge = mergeRows([row(0), row(1)], [row(2)]);
  assert.deepEqual(starts(merge.rows), starts([row(0), row(1), row(2)]));
  assert.equal(merge.firstChanged, 2);
  assert.equal(merge.inserted, false);
});

test("the forming row is replaced in place", () => {
  const current = [row(0), row(1, { close: 101, isFinal: false })];
  const merge = mergeRows(current, [row(1, { close: 103, isFinal: false, updatedAt: row(1).updatedAt! + 1 })]);
  assert.equal(merge.rows.length, 2);
  assert.equal(merge.rows[1]!.close, 103);
  assert.equal(merge.firstChanged, 1);
  assert.equal(merge.inserted, false);
});

test("merging the same rows again changes nothing", () => {
  const current = [row(0), row(1), row(2)];
  const merge = mergeRows(current, [row(1), row(2)]);
  assert.equal(merge.firstChanged, merge.rows.length);
  assert.deepEqual(merge.rows, current);
});

test("a row written earlier never replaces one written later", () => {
  const current = [row(0, { close: 105, updatedAt: 2_000 })];
  const merge = mergeRows(current, [row(0, { close: 101, updatedAt: 1_000 })]);
  assert.equal(merge.rows[0]!.close, 105);
  assert.equal(merge.firstChanged, 1);
});

test("an older page comes before and is told as inserted", () => {
  const merge = mergeRows([row(5), row(6)], [row(3), row(4)]);
  assert.deepEqual(starts(merge.rows), starts([row(3), row(4), row(5), row(6)]));
  assert.equal(merge.inserted, true);
  assert.equal(merge.firstChanged, 0);
});

test("a repaired gap is told as inserted, a correction of an old row is not", () => {
  const gap = mergeRows([row(0), row(2)], [row(1)]);
  assert.equal(gap.inserted, true);
  assert.equal(gap.firstChanged, 1);
  const correction = mergeRows([row(0), row(1), row(2)], [row(1, { close: 98, updatedAt: row(9).updatedAt })]);
  assert.equal(correction.inserted, false);
  assert.equal(correction.firstChanged, 1);
});

test("rows that come unsorted and doubled end up once each, ascending, the latest write kept", () => {
  const merge = mergeRows([], [row(2), row(0), row(1, { close: 7, updatedAt: 1 }), row(1, { close: 8, updatedAt: 2 })]);
  assert.deepEqual(starts(merge.rows), starts([row(0), row(1), row(2)]));
  assert.equal(merge.rows[1]!.close, 8);
});

test("any split of a series into overlapping shuffled batches gives the same series", () => {
  const whole = Array.from({ length: 60 }, (_, i) => row(i, { close: 100 + i }));
  let state = 12_345;
  const random = (below: number) => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % below;
  for (let round = 0; round < 200; round += 1) {
    let rows: readonly (typeof whole)[number][] = [];
    const missing = new Set(whole.keys());
    while (missing.size > 0) {
      const batch = Array.from({ length: 1 + random(12) }, () => random(whole.length));
      batch.forEach((index) => missing.delete(index));
      rows = mergeRows(rows, batch.map((index) => whole[index]!)).rows;
      assert.deepEqual([...rows].sort((a, b) => a.bucketStart - b.bucketStart), [...rows]);
    }
    assert.deepEqual(rows, whole);
  }
});

test("a row without whole prices is left out", () => {
  const merge = mergeRows([], [row(0), row(1, { close: null as unknown as number }), row(2, { high: Number.NaN })]);
  assert.deepEqual(starts(merge.rows), [row(0).bucketStart]);
});

test("a newest page joins a series that it overlaps or follows without a hole", () => {
  assert.equal(joins([row(0), row(1)], [row(1), row(2)]), true);
  assert.equal(joins([row(0), row(1)], [row(2)]), true);
  assert.equal(joins([row(0), row(1)], [row(3)]), false);
  assert.equal(joins([], [row(3)]), true);
});

test("the newest crossing is found", () => {
  const rows = [row(0, { crossEvent: "Golden Cross" }), row(1, { crossEvent: "Dead Cross" }), row(2)];
  assert.equal(lastCross(rows)?.bucketStart, row(1).bucketStart);
  assert.equal(lastCross([row(0)]), null);
});
