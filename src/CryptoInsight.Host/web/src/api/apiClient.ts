import { ProblemError, problemOf } from "./problem.ts";
import type { PositionsDocument, SentimentDocument, SignalsDocument, SymbolsDocument, TablesDocument } from "./wire.ts";

const ROOT = "api/v1/"; // relative: the page also works behind a proxy's path prefix
const ANSWER_MS_MAX = 20_000;

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

  positions: (abort?: AbortSignal) => getJson<PositionsDocument>("positions", {}, abort),
};
