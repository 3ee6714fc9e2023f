import type { TableRow } from "../api/wire.ts";

export type Layer = "bronze" | "silver" | "gold" | "ops";

const LAYERS: readonly Layer[] = ["bronze", "silver", "gold", "ops"];

/** The medallion layer that a table's name tells; dead letters and everything else count as operations. */
export function layerOf(name: string): Layer {
  return LAYERS.find((layer) => name.startsWith(`${layer}_`)) ?? "ops";
}

/** In the direction of the flow: bronze, silver, gold, operations; inside a layer by name. */
export function inFlowOrder(tables: readonly TableRow[]): readonly TableRow[] {
  return [...tables].sort(
    (a, b) => LAYERS.indexOf(layerOf(a.name)) - LAYERS.indexOf(layerOf(b.name)) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}

/** Takes the tables that were sent; one with an older version than the known one is ignored. Tables not sent stay. */
export function mergeTables(known: ReadonlyMap<string, TableRow>, sent: readonly TableRow[]): ReadonlyMap<string, TableRow> {
  const next = new Map(known);
  for (const table of sent) {
    const current = next.get(table.name);
    const older = current?.version != null && table.version != null && table.version < current.version;
    if (!older) next.set(table.name, table);
  }
  return next;
}

/** Rows since the page first saw the table; null until it can be told. */
export function growth(first: TableRow | undefined, now: TableRow): number | null {
  return first?.rows == null || now.rows === null ? null : now.rows - first.rows;
}
