import type { SqlCell, SqlColumn } from "../api/wire.ts";
import { type Zone, zoneOffsetMs } from "../format/times.ts";

/** A cell as text: instants in the reader's zone, everything else as the node wrote it. */
export function cellText(cell: SqlCell, column: SqlColumn, zone: Zone): string {
  if (cell === null) return "NULL";
  if (column.kind === "time" && typeof cell === "string") return instantText(cell, zone);
  if (column.kind === "timestamp" && typeof cell === "string") return cell.replace("T", " ");
  return String(cell);
}

/** `2026-11-23T05:00:00.123456Z` -> `2026-11-23 14:00:00.123456` in Korea; what is no such time stays as it is. */
function instantText(text: string, zone: Zone): string {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?Z$/.exec(text);
  if (!match) return text;
  const shifted = new Date(Date.parse(`${match[1]}Z`) + zoneOffsetMs(zone));
  return shifted.toISOString().slice(0, 19).replace("T", " ") + (match[2] ?? "");
}

/** RFC 4180; times stay UTC, null is nothing and an empty text is quoted. A text that a spreadsheet would run as a formula gets an apostrophe. */
export function csvOf(columns: readonly SqlColumn[], rows: readonly (readonly SqlCell[])[]): string {
  const lines = [columns.map((column) => csvCell(column.name)), ...rows.map((row) => row.map((cell) => (cell === null ? "" : csvCell(typeof cell === "string" ? unarmed(cell) : String(cell)))))];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

const csvCell = (text: string): string => (text !== "" && !/[",\r\n]/.test(text) ? text : `"${text.replaceAll('"', '""')}"`);

const unarmed = (text: string): string => (/^[=+@\t\r-]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text);
