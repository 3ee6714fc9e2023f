/** The service level of the pipeline: a series may be this late; past the limit the objective is broken. */
export const FRESHNESS_OBJECTIVE_MS = 10 * 60_000;
export const FRESHNESS_LIMIT_MS = 15 * 60_000;

export type FreshnessGrade = "good" | "late" | "broken" | "unknown";

export interface LagReport {
  /** What the server said, and when (its clock). Null when it does not know. */
  readonly lagMs: number | null;
  readonly reportedAt: number;
  /** Newest bucket that is known, and how long a bucket is. */
  readonly newestBucketStart: number | null;
  readonly bucketMs: number | null;
}

/**
 * How long the first missing row is overdue at `now`.
 * A reported lag above zero grows with the clock until a newer report comes. A reported zero only says that the next row was
 * not due yet; the page cannot know when it was, but two whole buckets after the newest one began it is overdue for certain.
 */
export function lagAt(report: LagReport, now: number): number | null {
  const { lagMs, reportedAt, newestBucketStart, bucketMs } = report;
  const certain = newestBucketStart !== null && bucketMs !== null ? Math.max(0, now - newestBucketStart - 2 * bucketMs) : null;
  const grown = lagMs === null ? null : lagMs > 0 ? lagMs + Math.max(0, now - reportedAt) : 0;
  if (certain === null) return grown;
  return Math.max(certain, grown ?? 0);
}

export function grade(lagMs: number | null): FreshnessGrade {
  if (lagMs === null) return "unknown";
  if (lagMs <= FRESHNESS_OBJECTIVE_MS) return "good";
  return lagMs <= FRESHNESS_LIMIT_MS ? "late" : "broken";
}
