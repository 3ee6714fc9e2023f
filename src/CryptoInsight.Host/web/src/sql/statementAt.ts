/** One statement of a text and where it lies. */
export interface StatementRange {
  readonly from: number;
  readonly to: number;
}

/** The statements of a text, split at semicolons outside of quotes and comments; blank ones are left out. */
export function statementsOf(text: string): readonly StatementRange[] {
  const found: StatementRange[] = [];
  let from = 0;
  const add = (to: number): void => {
    const body = text.slice(from, to);
    const start = from + (body.length - body.trimStart().length);
    if (body.trim() !== "") found.push({ from: start, to: start + body.trim().length });
    from = to + 1;
  };
  for (let at = 0; at < text.length; at += 1) {
    const next = after(text, at);
    if (next !== null) at = next - 1;
    else if (text[at] === ";") add(at);
  }
  add(text.length);
  return found;
}

/** The statement that the cursor is in, or else the nearest before it: what Run means in a text of several. */
export function statementAt(text: string, cursor: number): string {
  const all = statementsOf(text);
  const here = all.find(({ from, to }) => cursor >= from && cursor <= to + 1) ?? all.findLast(({ from }) => from <= cursor) ?? all[0];
  return here ? text.slice(here.from, here.to) : "";
}

/** Where the quoted text or comment that begins here ends; null if none begins here. */
function after(text: string, at: number): number | null {
  const pair = text.slice(at, at + 2);
  if (pair === "--") return until(text, "\n", at + 2);
  if (pair === "/*") return until(text, "*/", at + 2);
  const quote = text[at];
  if (quote === "'" || quote === '"' || quote === "`") return until(text, quote, at + 1);
  return null;
}

function until(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from);
  return found < 0 ? text.length : found + end.length;
}
