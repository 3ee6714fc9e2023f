import { ProblemError, problemOf } from "./problem.ts";
import type { PositionsDocument, SentimentDocument, SignalsDocument, SqlResult, SqlSurface, SymbolsDocument, TablesDocument } from "./wire.ts";

const ROOT = "api/v1/"; // relative: the page also works behind a proxy's path prefix
const ANSWER_MS_MAX = 20_000;
/** A statement may wait for a worker and then run; the node ends it long before this. */
const STATEMENT_MS_MAX = 900_000;

export const SIGNALS_PAGE = 500;

async function getJson<T>(path: string, query: Record<string, string | number | undefined>, abort?: AbortSignal): Promise<T> {
  const deadline = AbortSignal.timeout(ANSWER_MS_MAX);
  const response = await fetch(address(path, query), {
    headers: { accept: "application/json, application/problem+json" },
    cache: "no-store",
    signal: abort ? AbortSignal.any([abort, deadline]) : deadline,
  });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return (await response.json()) as T;
}

/** Actions need a header of their own: no other page can send it. */
async function post(path: string, body: unknown, abort: AbortSignal): Promise<Response> {
  const response = await fetch(address(path, {}), {
    method: "POST",
    headers: { accept: "application/json, application/problem+json", "content-type": "application/json", "x-cryptoinsight-action": "page" },
    body: JSON.stringify(body),
    cache: "no-store",
    signal: abort,
  });
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return response;
}

export function address(path: string, query: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return ROOT + path + (text === "" ? "" : `?${text}`);
}

export const api = {
  symbols: (abort?: AbortSignal) => getJson<SymbolsDocument>("symbols", {}, abort),

  signals: (symbol: string, timeframe: string, limit: number, before?: number, abort?: AbortSignal) =>
    getJson<SignalsDocument>("signals", { symbol, timeframe, limit, before }, abort),

  tables: (abort?: AbortSignal) => getJson<TablesDocument>("tables", {}, abort),

  sentiment: (days: number, abort?: AbortSignal) => getJson<SentimentDocument>("sentiment", { limit: days }, abort),

  sqlSurface: (abort?: AbortSignal) => getJson<SqlSurface>("sql", {}, abort),

  async runSql(statement: string, id: string, abort: AbortSignal): Promise<{ result: SqlResult; milliseconds: number | null }> {
    const response = await post("sql", { statement, id }, AbortSignal.any([abort, AbortSignal.timeout(STATEMENT_MS_MAX)]));
    const took = Number(response.headers.get("x-cryptoinsight-milliseconds") ?? NaN);
    return { result: (await response.json()) as SqlResult, milliseconds: Number.isFinite(took) ? took : null };
  },

  stopSql: (id: string) => post(`sql/${encodeURIComponent(id)}/cancel`, {}, AbortSignal.timeout(ANSWER_MS_MAX)),

  positions: (abort?: AbortSignal) => getJson<PositionsDocument>("positions", {}, abort),
};
