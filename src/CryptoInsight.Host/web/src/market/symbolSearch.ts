/** Symbols that contain the query: those that start with it first, then by where it occurs; ties keep the given order. */
export function searchSymbols<T extends { readonly symbol: string }>(rows: readonly T[], query: string): readonly T[] {
  const wanted = query.trim().toLocaleUpperCase("en-US").replace(/[\s/_-]+/g, "");
  if (wanted === "") return rows;
  return rows
    .map((row, order) => ({ row, order, at: row.symbol.toLocaleUpperCase("en-US").indexOf(wanted) }))
    .filter((hit) => hit.at >= 0)
    .sort((a, b) => a.at - b.at || a.order - b.order)
    .map((hit) => hit.row);
}
