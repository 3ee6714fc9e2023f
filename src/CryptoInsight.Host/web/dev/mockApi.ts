import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import type { SymbolRow, TableRow } from "../src/api/wire.ts";
import { mockPositions, mockSentiment } from "./mockSentiment.ts";
import { mockSql } from "./mockSql.ts";
import { MOCK_SYMBOLS, MockSeries } from "./randomMarket.ts";

/**
 * Development only, never shipped: answers /api/v1 from a seeded random walk, and what the real host says about content policy.
 * `/mock/<scenario>` switches while running: ok, empty, fail, down (refuses streams), nosymbols, real (not simulated), stale.
 */
export function mockApi(): Plugin {
  const install = (server: { middlewares: Connect.Server }) => {
    const mock = new MockServer();
    server.middlewares.use((request, response, next) => mock.handle(request, response, next));
  };
  return { name: "cryptoinsight-mock-api", configureServer: install, configurePreviewServer: install };
}

const TIMEFRAMES = { "5m": 300_000, "4h": 14_400_000 } as const;
const TABLES = ["bronze_charts", "bronze_fear_greed", "silver_charts", "silver_fear_greed", "gold_signals", "gold_fear_greed", "gold_futures_positions_summary", "ops_job_runs", "dlq_binance"];
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

class MockServer {
  readonly #series = new Map<string, MockSeries>();
  readonly #streams = new Set<{ response: ServerResponse; symbol: string; timeframe: string }>();
  readonly #tables: TableRow[];
  #scenario = process.env["MOCK_SCENARIO"] ?? "ok";
  #steps = 0;

  constructor() {
    const now = Date.now();
    for (const market of MOCK_SYMBOLS) {
      for (const [timeframe, length] of Object.entries(TIMEFRAMES)) {
        this.#series.set(`${market.symbol}|${timeframe}`, new MockSeries(market, timeframe, length, now));
      }
    }
    this.#tables = TABLES.map((name, i) => ({ name, version: 100 + i * 7, rows: name.includes("fear") ? 2_950 : 19_200 - i * 900, files: 12 + i, bytes: (19_200 - i * 900) * 64, committedAt: now - i * 4_000 }));
    setInterval(() => this.#step(), 1_000).unref();
    setInterval(() => this.#streams.forEach(({ response }) => response.write(": heartbeat\n\n")), 15_000).unref();
  }

  handle(request: IncomingMessage, response: ServerResponse, next: Connect.NextFunction): void {
    const url = new URL(request.url ?? "/", "http://mock");
    if (process.env["MOCK_POLICY"]) response.setHeader("content-security-policy", POLICY);
    if (url.pathname.startsWith("/mock/")) {
      this.#scenario = url.pathname.slice("/mock/".length);
      if (this.#scenario === "down") for (const { response: stream } of this.#streams) stream.destroy();
      response.end(this.#scenario);
      return;
    }
    if (!url.pathname.startsWith("/api/v1/")) return next();
    const path = url.pathname.slice("/api/v1/".length);
    if (this.#scenario === "down") return void request.destroy();
    if (this.#scenario === "slow") return void setTimeout(() => this.#answer(path, url.searchParams, request, response), 2_500);
    this.#answer(path, url.searchParams, request, response);
  }

  #answer(path: string, query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    const symbol = query.get("symbol") ?? "";
    const timeframe = query.get("timeframe") ?? "";
    if (path === "symbols") return json(response, 200, this.#symbolsDocument());
    if (path === "tables") return json(response, 200, { tables: this.#scenario === "nosymbols" ? [] : this.#tables });
    if (path === "sentiment") return json(response, 200, mockSentiment(Number(query.get("limit") ?? 90)));
    if (path === "sql" || path.startsWith("sql/")) return void mockSql(path, request, response, this.#scenario);
    if (path === "positions") return json(response, 200, { positions: mockPositions() });
    const series = this.#series.get(`${symbol}|${timeframe}`);
    if (this.#scenario === "fail" && path === "signals") return problem(response, 503, "The lake is locked", "Another process holds the lake's lock (pid 4711). Stop it, or wait until its restore is done.");
    if (!series) return problem(response, 404, "Unknown series", `The lake holds no series ${JSON.stringify(symbol)} ${JSON.stringify(timeframe)}. GET /api/v1/symbols lists what there is.`);
    if (path === "signals") return json(response, 200, { symbol, timeframe, signals: this.#page(series, query) });
    if (path === "stream") return this.#stream(response, symbol, timeframe);
    problem(response, 404, "Not found", path);
  }

  #page(series: MockSeries, query: URLSearchParams) {
    if (this.#scenario === "empty") return [];
    const before = Number(query.get("before") ?? Infinity);
    return series.rows.filter((row) => row.bucketStart < before).slice(-Number(query.get("limit") ?? 500));
  }

  #stream(response: ServerResponse, symbol: string, timeframe: string): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": hello\n\n");
    const stream = { response, symbol, timeframe };
    this.#streams.add(stream);
    response.on("close", () => this.#streams.delete(stream));
  }

  #symbolsDocument() {
    const symbols = this.#scenario === "nosymbols" ? [] : MOCK_SYMBOLS.map(({ symbol }) => this.#symbolRow(symbol));
    const simulated = this.#scenario !== "real";
    return { exchange: simulated ? "paper" : "binance", simulated, now: Date.now(), symbols };
  }

  #symbolRow(symbol: string): SymbolRow {
    const last = this.#series.get(`${symbol}|5m`)?.rows.at(-1);
    const late = this.#scenario === "stale" ? 780 : symbol === "SHIBUSDT" ? 1_260 : symbol === "ADAUSDT" ? 700 : symbol === "XRPUSDT" ? 42 : 0;
    return {
      symbol,
      timeframes: Object.keys(TIMEFRAMES),
      lastPrice: last?.close ?? null,
      lastPriceAt: Date.now(),
      changePct24h: last?.pctChange24h ?? null,
      crossSignal: last?.crossSignal ?? null,
      rsi14: last?.rsi14 ?? null,
      newestBucketStart: last?.bucketStart ?? null,
      lagSeconds: late,
    };
  }

  #step(): void {
    if (["empty", "nosymbols", "down", "stale"].includes(this.#scenario)) return;
    const now = Date.now();
    this.#steps += 1;
    const changed = new Map([...this.#series].map(([key, series]) => [key, series.step(now)]));
    for (const { response, symbol, timeframe } of this.#streams) {
      send(response, "signals", { symbol, timeframe, signals: changed.get(`${symbol}|${timeframe}`) });
      send(response, "symbols", { symbols: MOCK_SYMBOLS.map((market) => this.#symbolRow(market.symbol)) });
    }
    const index = [0, 2, 4, 0, 2, 4, 6][this.#steps % 7]!;
    const table = this.#tables[index]!;
    this.#tables[index] = { ...table, version: table.version! + 1, rows: table.rows! + 8, files: table.files! + 1, bytes: table.bytes! + 2_900, committedAt: now };
    for (const { response } of this.#streams) send(response, "tables", { tables: [this.#tables[index]] });
  }
}

const send = (response: ServerResponse, event: string, data: unknown) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

function json(response: ServerResponse, status: number, body: unknown, type = "application/json"): void {
  response.writeHead(status, { "content-type": type });
  response.end(JSON.stringify(body));
}

const problem = (response: ServerResponse, status: number, title: string, detail: string) =>
  json(response, status, { type: "about:blank", title, status, detail }, "application/problem+json");
