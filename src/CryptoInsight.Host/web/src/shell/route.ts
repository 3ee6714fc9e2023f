/** The address of a view: `#/market/BTCUSDT/4h`. A hash, so the server need not know the page's rooms. */
export interface Route {
  readonly page: string;
  readonly parts: readonly string[];
}

export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, "").split("/").filter((part) => part !== "").map(decoded);
  return { page: parts[0] ?? "", parts: parts.slice(1) };
}

export function formatRoute(page: string, parts: readonly string[]): string {
  return `#/${[page, ...parts].map(encodeURIComponent).join("/")}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray % in a hand-typed address: take it as it stands
  }
}
