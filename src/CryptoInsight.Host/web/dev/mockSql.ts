import type { IncomingMessage, ServerResponse } from "node:http";
import type { SqlSurface } from "../src/api/wire.ts";

const SURFACE: SqlSurface = {
  catalog: "demo_catalog",
  schema: "demo_schema",
  names: [
    { name: "gold_signals", isView: false, columns: ["symbol", "timeframe", "bucket_start", "close", "ma_50"] },
    { name: "ops_events", isView: false, columns: ["event_id", "at", "kind", "message_en"] },
    { name: "v_latest_price", isView: true, columns: [] },
  ],
  limits: { workers: 4, wallSecondsMax: 30, memoryBytesMax: 768 * 2 ** 20, rowsMax: 10_000 },
};

const COLUMNS = [
  { name: "symbol", kind: "text" },
  { name: "bucket_start", kind: "time" },
  { name: "close", kind: "number" },
  { name: "ma_50", kind: "number" },
  { name: "is_final", kind: "flag" },
];

const running = new Map<string, () => void>();

/** Answers of the console: 700 rows; `slow` in the statement runs until it is stopped, `wrong` is refused, `big` is too much. */
export async function mockSql(path: string, request: IncomingMessage, response: ServerResponse, scenario: string): Promise<void> {
  if (request.method === "GET") return send(response, 200, SURFACE);
  const id = /^sql\/([\w-]+)\/cancel$/.exec(path)?.[1];
  if (id) {
    running.get(id)?.();
    response.writeHead(204).end();
    return;
  }
  const { statement, id: own } = JSON.parse(await bodyOf(request)) as { statement: string; id: string };
  if (scenario === "fail") return problem(response, 503, "Too many statements at once", "4 statements run and 16 wait already. Nothing was run; try again in a few seconds.");
  if (statement.includes("wrong")) return problem(response, 400, "The statement cannot be run", 'Referenced column "wrong" not found in FROM clause!\nCandidate bindings: "symbol"\n\nLINE 1: SELECT wrong FROM gold_signals\n               ^');
  if (statement.includes("big")) return problem(response, 422, "The statement took too much", "The statement ran longer than the 30 s that one may take. Narrow it by time or symbol, or run it with the command line.");
  if (statement.includes("slow")) {
    running.set(own, () => problem(response, 409, "The statement was stopped", "It was stopped before it was done."));
    return;
  }
  const rows = Array.from({ length: 700 }, (_, i) => [i % 3 === 0 ? "BTCUSDT" : "币安人生USDT", new Date(1_763_856_000_000 + i * 300_000).toISOString().replace(".000", ""), 91_360.3 + i, i < 50 ? null : 91_000.25, i % 7 !== 0]);
  response.setHeader("x-cryptoinsight-milliseconds", "12.3");
  send(response, 200, { kind: "result", rows, truncated: statement.includes("cut"), columns: COLUMNS });
}

function send(response: ServerResponse, status: number, body: unknown, type = "application/json"): void {
  response.writeHead(status, { "content-type": type });
  response.end(JSON.stringify(body));
}

const problem = (response: ServerResponse, status: number, title: string, detail: string) => send(response, status, { title, status, detail }, "application/problem+json");

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
