import assert from "node:assert/strict";
import { test } from "node:test";
import { retryDelay } from "../src/api/liveStream.ts";
import { parseProblem } from "../src/api/problem.ts";
import { EventStreamParser } from "../src/api/sse.ts";

const STREAM = ": heartbeat\n\nevent: signals\ndata: {\"a\":1}\n\nevent: tables\r\ndata: one\r\ndata: two\r\n\r\ndata:bare\n\nevent: lone\n\n";
const EVENTS = [
  { name: "signals", data: '{"a":1}' },
  { name: "tables", data: "one\ntwo" },
  { name: "message", data: "bare" },
];

test("events come out the same wherever the stream is cut", () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const parser = new EventStreamParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    assert.deepEqual(events, EVENTS, `pieces of ${size}`);
  }
});

test("a half event is not given out", () => {
  const parser = new EventStreamParser();
  assert.deepEqual(parser.push("event: signals\ndata: {}\n"), []);
  assert.deepEqual(parser.push("\n"), [{ name: "signals", data: "{}" }]);
});

test("retries wait longer each time, up to a bound, never less than three quarters of it", () => {
  assert.deepEqual([0, 1, 2, 3].map((attempt) => retryDelay(attempt, 1)), [1_000, 2_000, 4_000, 8_000]);
  assert.equal(retryDelay(50, 1), 15_000);
  assert.equal(retryDelay(50, 0), 11_250);
});

test("a ProblemDetails body is read, anything else leaves the status", () => {
  assert.deepEqual(parseProblem(404, '{"title":"Unknown series","detail":"No such symbol.","status":404}'), {
    status: 404,
    title: "Unknown series",
    detail: "No such symbol.",
  });
  for (const body of ["<html>", "", "[1]", '{"title":5}', "null"]) {
    assert.deepEqual(parseProblem(502, body), { status: 502, title: null, detail: null }, body);
  }
});

test("an endless text from the server is cut", () => {
  assert.equal(parseProblem(500, JSON.stringify({ title: "x".repeat(9_999) })).title?.length, 400);
});
