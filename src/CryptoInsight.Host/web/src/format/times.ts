import type { Language } from "../i18n/messages.ts";
import { UNKNOWN } from "./numbers.ts";

export type Zone = "KST" | "UTC";

/** Korea has had no summer time since 1988: the offset is a constant for every candle there is. */
const KST_OFFSET_MS = 9 * 3_600_000;

export const zoneOffsetMs = (zone: Zone): number => (zone === "KST" ? KST_OFFSET_MS : 0);

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Formats wall-clock fields of a moment that was already shifted into its zone. */
function formatShifted(shiftedMs: number, language: Language, options: Intl.DateTimeFormatOptions): string {
  const key = language + JSON.stringify(options);
  let found = formatters.get(key);
  if (!found) {
    const locale = language === "ko" ? "ko-KR" : "en-GB";
    formatters.set(key, (found = new Intl.DateTimeFormat(locale, { timeZone: "UTC", hourCycle: "h23", ...options })));
  }
  return found.format(shiftedMs);
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };

/** A moment with its day: `11월 23일 (일) 14:05`, `Sun 23 Nov 14:05`. */
export function formatMoment(ms: number | null | undefined, zone: Zone, language: Language): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return UNKNOWN;
  const shifted = ms + zoneOffsetMs(zone);
  const part = (options: Intl.DateTimeFormatOptions) => formatShifted(shifted, language, options);
  const clock = part(CLOCK);
  if (language === "ko") return `${part({ month: "long", day: "numeric" })} (${part({ weekday: "short" })}) ${clock}`;
  return `${part({ weekday: "short" })} ${part({ day: "numeric", month: "short" })} ${clock}`;
}

/** The label of a time axis: `mark` says which unit changed at this tick. The time is already shifted. */
export function formatAxisMark(shiftedMs: number, mark: "year" | "month" | "day" | "time", language: Language): string {
  const options: Intl.DateTimeFormatOptions =
    mark === "year" ? { year: "numeric" } : mark === "month" ? { month: "short" } : mark === "day" ? { day: "numeric" } : CLOCK;
  if (mark === "day" && language === "en") return formatShifted(shiftedMs, language, { day: "numeric", month: "short" });
  return formatShifted(shiftedMs, language, options);
}

/** `4h` -> 14,400,000. Months count 31 days: only bounds are made from it. Null for a text that is no interval. */
export function timeframeMs(timeframe: string): number | null {
  const match = /^(\d{1,4})([smhdwM])$/.exec(timeframe);
  if (!match) return null;
  const unit = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, M: 31 * 86_400_000 }[match[2] as "s"];
  return Number(match[1]) * unit;
}

const STEPS: readonly [limit: number, size: number, unit: "second" | "minute" | "hour" | "day"][] = [
  [60_000, 1_000, "second"],
  [3_600_000, 60_000, "minute"],
  [48 * 3_600_000, 3_600_000, "hour"],
  [Infinity, 86_400_000, "day"],
];

/** A timeframe as the reader says it: `4h`, `4시간`. */
export function formatTimeframe(timeframe: string, language: Language): string {
  const match = /^(\d{1,4})([smhdwM])$/.exec(timeframe);
  if (!match || language !== "ko") return timeframe;
  return match[1] + { s: "초", m: "분", h: "시간", d: "일", w: "주", M: "개월" }[match[2] as "s"];
}

const UNIT_TEXT = {
  en: { second: " s", minute: " min", hour: " h", day: " d" },
  ko: { second: "초", minute: "분", hour: "시간", day: "일" },
} as const;

/** A length of time in its largest sensible unit, rounded down: `12 s`, `3분`. Negative counts as zero. */
export function formatDuration(ms: number | null | undefined, language: Language): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return UNKNOWN;
  const length = Math.max(0, ms);
  for (const [limit, size, unit] of STEPS) {
    if (length < limit) return `${Math.floor(length / size)}${UNIT_TEXT[language][unit]}`;
  }
  return UNKNOWN;
}

const JUST_NOW_MS = 2_000; // a number that jumps between 0 and 1 says no more than this, and flickers

/** How long ago: `12 s ago`, `12초 전`. */
export function formatAge(ms: number | null | undefined, language: Language): string {
  if (typeof ms === "number" && ms < JUST_NOW_MS) return language === "ko" ? "방금 전" : "just now";
  const length = formatDuration(ms, language);
  if (length === UNKNOWN) return UNKNOWN;
  return language === "ko" ? `${length} 전` : `${length} ago`;
}
