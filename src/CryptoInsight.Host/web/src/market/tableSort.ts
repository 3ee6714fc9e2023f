import type { SymbolRow } from "../api/wire.ts";

export type SortColumn = "symbol" | "lastPrice" | "changePct24h" | "crossSignal" | "rsi14" | "lagSeconds";

export interface Sort {
  readonly column: SortColumn;
  readonly descending: boolean;
}

/** Sorted copy; unknown values stay last whichever way the column is turned. Null = the server's order. */
export function sortSymbols(rows: readonly SymbolRow[], sort: Sort | null): readonly SymbolRow[] {
  if (!sort) return rows;
  const sign = sort.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const x = a[sort.column];
    const y = b[sort.column];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    if (typeof x === "string" && typeof y === "string") return sign * (x < y ? -1 : x > y ? 1 : 0);
    return sign * (Number(x) - Number(y));
  });
}
