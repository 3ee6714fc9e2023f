import type { SignalRow } from "../api/wire.ts";

/** Bounds the page's memory: past this many buckets no older ones are loaded. */
export const SERIES_ROWS_MAX = 20_000;

export interface Merge {
  /** Ascending by bucketStart, one row per bucket. */
  readonly rows: readonly SignalRow[];
  /** Index in `rows` of the first row that is new or differs; rows.length when nothing changed. */
  readonly firstChanged: number;
  /** Whether a new row came before one that was there: older pages, repaired gaps. */
  readonly inserted: boolean;
}

/** A later write of a bucket wins; rows without a write time are trusted as they come. */
function newer(current: SignalRow, incoming: SignalRow): SignalRow {
  if (current.updatedAt !== null && incoming.updatedAt !== null && incoming.updatedAt < current.updatedAt) return current;
  return sameRow(current, incoming) ? current : incoming;
}

export function sameRow(a: SignalRow, b: SignalRow): boolean {
  if (a === b) return true;
  return (Object.keys(b) as (keyof SignalRow)[]).every((key) => Object.is(a[key], b[key]));
}

/** A row that can be drawn: whole prices on a whole time. Anything else is left out, not guessed. */
export function drawable(row: SignalRow): boolean {
  return [row.bucketStart, row.open, row.high, row.low, row.close].every((value) => typeof value === "number" && Number.isFinite(value));
}

/** Folds rows in any order, doubled or late, into a series. Merging the same rows again changes nothing. */
export function mergeRows(current: readonly SignalRow[], incoming: readonly SignalRow[]): Merge {
  const added = incoming.filter(drawable).sort((a, b) => a.bucketStart - b.bucketStart);
  const rows: SignalRow[] = [];
  let firstChanged = Number.POSITIVE_INFINITY;
  let inserted = false;
  let i = 0;
  const put = (row: SignalRow, changed: boolean) => {
    if (changed) firstChanged = Math.min(firstChanged, rows.length);
    rows.push(row);
  };
  for (const row of added) {
    while (i < current.length && current[i]!.bucketStart < row.bucketStart) put(current[i++]!, false);
    const last = rows.at(-1);
    if (last?.bucketStart === row.bucketStart) {
      const kept = newer(last, row);
      if (kept !== last) {
        rows[rows.length - 1] = kept;
        firstChanged = Math.min(firstChanged, rows.length - 1);
      }
    } else if (i < current.length && current[i]!.bucketStart === row.bucketStart) {
      const kept = newer(current[i]!, row);
      put(kept, kept !== current[i]);
      i += 1;
    } else {
      if (i < current.length) inserted = true;
      put(row, true);
    }
  }
  while (i < current.length) put(current[i++]!, false);
  return { rows, firstChanged: Math.min(firstChanged, rows.length), inserted };
}

/** Whether a newest page joins the series without a hole, so that both may be shown as one. */
export function joins(current: readonly SignalRow[], page: readonly SignalRow[]): boolean {
  const newest = current.at(-1);
  const oldestOfPage = page[0];
  return newest === undefined || oldestOfPage === undefined || oldestOfPage.bucketStart <= newest.bucketEnd;
}

/** The newest crossing among the loaded rows. */
export function lastCross(rows: readonly SignalRow[]): SignalRow | null {
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    const row = rows[i]!;
    if (row.crossEvent === "Golden Cross" || row.crossEvent === "Dead Cross") return row;
  }
  return null;
}
