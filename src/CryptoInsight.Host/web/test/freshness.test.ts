import assert from "node:assert/strict";
import { test } from "node:test";
import { grade, lagAt } from "../src/market/freshness.ts";
import { MINUTE } from "./rows.ts";

const T = 1_700_000_000_000;

test("a reported lag grows with the clock until the next report", () => {
  assert.equal(lagAt({ lagMs: 30_000, reportedAt: T, newestBucketStart: null, bucketMs: null }, T + 12_000), 42_000);
});

test("a reported zero stays zero while the next row may not be due yet", () => {
  assert.equal(lagAt({ lagMs: 0, reportedAt: T, newestBucketStart: T, bucketMs: 5 * MINUTE }, T + 10 * MINUTE), 0);
});

test("with no report since, a row that is overdue for certain shows", () => {
  assert.equal(lagAt({ lagMs: 0, reportedAt: T, newestBucketStart: T, bucketMs: 5 * MINUTE }, T + 17 * MINUTE), 7 * MINUTE);
});

test("a clock that went back makes no lag negative", () => {
  assert.equal(lagAt({ lagMs: 5_000, reportedAt: T, newestBucketStart: T, bucketMs: MINUTE }, T - 60_000), 5_000);
});

test("nothing known is said to be unknown", () => {
  assert.equal(lagAt({ lagMs: null, reportedAt: T, newestBucketStart: null, bucketMs: MINUTE }, T), null);
  assert.equal(grade(null), "unknown");
});

test("the grades follow the objective of 10 minutes and its limit of 15", () => {
  assert.deepEqual([0, 10 * MINUTE, 10 * MINUTE + 1, 15 * MINUTE, 15 * MINUTE + 1].map(grade), ["good", "good", "late", "late", "broken"]);
});
