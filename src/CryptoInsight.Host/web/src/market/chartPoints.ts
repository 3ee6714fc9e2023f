import type { CandlestickData, HistogramData, LineData, SeriesMarker, UTCTimestamp, WhitespaceData } from "lightweight-charts";
import type { SignalRow } from "../api/wire.ts";
import type { Translate } from "../i18n/messages.ts";
import type { ChartPalette } from "./chartPalette.ts";

/** The chart's time axis knows only UTC: a bucket is placed at its wall-clock time, so that days begin at the zone's midnight. */
export const axisTime = (row: SignalRow, offsetMs: number): UTCTimestamp => ((row.bucketStart + offsetMs) / 1000) as UTCTimestamp;

export const candlePoint = (row: SignalRow, time: UTCTimestamp): CandlestickData<UTCTimestamp> => ({
  time,
  open: row.open,
  high: row.high,
  low: row.low,
  close: row.close,
});

/** An unknown value leaves a hole of the right width instead of a line across it. */
export function linePoint(value: number | null, time: UTCTimestamp): LineData<UTCTimestamp> | WhitespaceData<UTCTimestamp> {
  return value === null || !Number.isFinite(value) ? { time } : { time, value };
}

export function volumePoint(
  row: SignalRow,
  time: UTCTimestamp,
  palette: ChartPalette,
): HistogramData<UTCTimestamp> | WhitespaceData<UTCTimestamp> {
  if (row.volume === null) return { time };
  return { time, value: row.volume, color: row.close >= row.open ? palette.upSoft : palette.downSoft };
}

export function crossMarkers(
  rows: readonly SignalRow[],
  offsetMs: number,
  palette: ChartPalette,
  t: Translate,
  withText: boolean,
): SeriesMarker<UTCTimestamp>[] {
  const markers: SeriesMarker<UTCTimestamp>[] = [];
  for (const row of rows) {
    const event = row.crossEvent;
    if (event !== "Golden Cross" && event !== "Dead Cross") continue;
    const golden = event === "Golden Cross";
    markers.push({
      time: axisTime(row, offsetMs),
      position: golden ? "belowBar" : "aboveBar",
      shape: golden ? "arrowUp" : "arrowDown",
      color: golden ? palette.golden : palette.dead,
      size: 1.4,
      ...(withText ? { text: t(`cross.${event}`) } : {}),
    });
  }
  return markers;
}
