import type { Language } from "../i18n/messages.ts";

export const UNKNOWN = "–";
const MINUS = "−"; // as wide as the plus sign, so columns do not wobble

const finite = (value: number | null | undefined): value is number => typeof value === "number" && Number.isFinite(value);

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let found = formatters.get(key);
  if (!found) formatters.set(key, (found = new Intl.NumberFormat(language === "ko" ? "ko-KR" : "en-US", options)));
  return found;
}

const withMinus = (text: string): string => text.replace("-", MINUS);

/** Decimals that show a price of this size without noise; the steps follow the tick sizes usual on the exchange. */
export function priceDecimals(price: number | null | undefined): number {
  if (!finite(price)) return 2;
  const size = Math.abs(price);
  if (size >= 10) return 2;
  if (size >= 1) return 4;
  if (size >= 0.1) return 5;
  if (size >= 0.01) return 6;
  if (size === 0) return 2;
  if (size >= 1e-6) return 8; // the exchange's finest tick
  return Math.min(12, 2 - Math.floor(Math.log10(size))); // three significant digits
}

export function formatPrice(price: number | null | undefined, language: Language, decimals = priceDecimals(price)): string {
  if (!finite(price)) return UNKNOWN;
  return withMinus(formatter(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(price));
}

/** A signed percentage: the sign is always there, so colour is never the only carrier. */
export function formatPercent(value: number | null | undefined, language: Language): string {
  if (!finite(value)) return UNKNOWN;
  const rounded = Math.round(value * 100) / 100;
  const digits = formatter(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(Math.abs(rounded));
  return `${rounded > 0 ? "+" : rounded < 0 ? MINUS : ""}${digits}%`;
}

/** -1, 0 or 1: the direction of the percentage as it is shown, so 0.001 % is not painted as a rise. */
export function direction(value: number | null | undefined): -1 | 0 | 1 {
  if (!finite(value)) return 0;
  const rounded = Math.round(value * 100);
  return rounded > 0 ? 1 : rounded < 0 ? -1 : 0;
}

export function formatDecimal(value: number | null | undefined, language: Language, decimals: number): string {
  if (!finite(value)) return UNKNOWN;
  return withMinus(formatter(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value));
}

export function formatCount(value: number | null | undefined, language: Language): string {
  if (!finite(value)) return UNKNOWN;
  return withMinus(formatter(language, { maximumFractionDigits: 0 }).format(value));
}

/** 1.23K, 4.5M in English; 1.23만, 4.5억 in Korean, where numbers below 10,000 are written out (1.2천 is not said). */
export function formatCompact(value: number | null | undefined, language: Language): string {
  if (!finite(value)) return UNKNOWN;
  if (language === "ko" && Math.abs(value) >= 1_000 && Math.abs(value) < 10_000) return formatCount(value, language);
  return withMinus(formatter(language, { notation: "compact", maximumSignificantDigits: 4 }).format(value));
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function formatBytes(bytes: number | null | undefined, language: Language): string {
  if (!finite(bytes) || bytes < 0) return UNKNOWN;
  let unit = 0;
  let value = bytes;
  // 1023.95 would print as 1024.0: step up before it does.
  while (value >= 1023.95 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${formatDecimal(value, language, unit === 0 || value >= 100 ? 0 : 1)} ${BYTE_UNITS[unit]}`;
}
