import { address, api, SIGNALS_PAGE } from "../api/apiClient.ts";
import { type Connection, LiveStream } from "../api/liveStream.ts";
import { type Problem, problemFrom } from "../api/problem.ts";
import type { ServerEvent } from "../api/sse.ts";
import type { SignalRow, SymbolRow, SymbolsDocument, TableRow } from "../api/wire.ts";
import { Cell } from "../core/cell.ts";
import { mergeTables } from "./lakeGrowth.ts";
import { joins, type Merge, mergeRows, SERIES_ROWS_MAX } from "./series.ts";

export interface Selection {
  readonly symbol: string;
  readonly timeframe: string;
}

export type SeriesState =
  | { readonly kind: "loading" }
  | { readonly kind: "failed"; readonly problem: Problem }
  | { readonly kind: "ready"; readonly rows: readonly SignalRow[]; readonly merge: Merge | null };

export type OlderState = "more" | "loading" | "failed" | "start";

export interface SymbolEntry {
  readonly row: SymbolRow;
  /** Server time at which the row was true. */
  readonly reportedAt: number;
}

const ASK_AGAIN_MS = 5_000; // while there is nothing to show yet: backfill may fill it at any moment
const CATCH_UP_ROWS = 50;
const SYNC_MS = 60_000; // symbols and tables once a minute, should the stream ever leave something out

/** What the Market page knows, and how it comes to know it: pages over HTTP, changes over the stream. */
export class MarketModel {
  readonly venue = new Cell<{ exchange: string; simulated: boolean } | null>(null);
  readonly symbols = new Cell<ReadonlyMap<string, SymbolEntry>>(new Map());
  readonly symbolsState = new Cell<"loading" | "ready" | Problem>("loading");
  readonly tables = new Cell<ReadonlyMap<string, TableRow>>(new Map());
  readonly tablesState = new Cell<"loading" | "ready" | "failed">("loading");
  readonly selection = new Cell<Selection | null>(null);
  readonly series = new Cell<SeriesState>({ kind: "loading" });
  readonly older = new Cell<OlderState>("more");
  readonly connection = new Cell<Connection>({ kind: "connecting" });
  #clockOffsetMs = 0;
  #stream: LiveStream | null = null;
  #load = new AbortController();
  #loadOlder = new AbortController();
  /** Rows that the stream brought while the first page was on its way. */
  #early: SignalRow[] = [];
  /** The stream began while the first page was on its way: the page may be older than the stream. */
  #catchUpDue = false;
  #againTimer: number | undefined;
  #symbolsTimer: number | undefined;
  #syncTimer: number | undefined;

  /** The server's clock: a wrong clock on the reader's machine must not fake staleness. */
  now(): number {
    return Date.now() + this.#clockOffsetMs;
  }

  async start(): Promise<void> {
    this.#syncTimer = window.setInterval(() => {
      void this.#loadSymbols();
      void this.#loadTables();
    }, SYNC_MS);
    await Promise.all([this.#loadSymbols(), this.#loadTables()]);
  }

  close(): void {
    window.clearInterval(this.#syncTimer);
    window.clearTimeout(this.#symbolsTimer);
    window.clearTimeout(this.#againTimer);
    this.#load.abort();
    this.#loadOlder.abort();
    this.#stream?.close();
  }

  select(next: Selection): void {
    const current = this.selection.value;
    if (current?.symbol === next.symbol && current.timeframe === next.timeframe) return;
    this.#loadOlder.abort();
    this.#early = [];
    this.#catchUpDue = false;
    this.selection.value = next;
    this.older.value = "more";
    this.series.value = { kind: "loading" };
    void this.#loadSeries(SIGNALS_PAGE);
    this.#listen(next);
  }

  /** After a failure: asks for everything again at once. */
  retry(): void {
    this.#stream?.retryNow();
    void this.#loadSymbols();
    void this.#loadTables();
    if (this.selection.value && this.series.value.kind !== "ready") {
      this.series.value = { kind: "loading" };
      void this.#loadSeries(SIGNALS_PAGE);
    }
  }

  async loadOlder(): Promise<void> {
    const chosen = this.selection.value;
    const state = this.series.value;
    const oldest = state.kind === "ready" ? state.rows[0] : undefined;
    if (!chosen || !oldest || this.older.value === "loading" || this.older.value === "start") return;
    if (state.kind === "ready" && state.rows.length >= SERIES_ROWS_MAX) {
      this.older.value = "start";
      return;
    }
    this.older.value = "loading";
    const load = (this.#loadOlder = new AbortController());
    try {
      const page = await api.signals(chosen.symbol, chosen.timeframe, SIGNALS_PAGE, oldest.bucketStart, load.signal);
      if (load.signal.aborted) return;
      this.#merge(page.signals);
      this.older.value = page.signals.length < SIGNALS_PAGE ? "start" : "more";
    } catch {
      if (!load.signal.aborted) this.older.value = "failed"; // shown beside the chart, with a way to ask again
    }
  }

  async #loadSymbols(): Promise<void> {
    window.clearTimeout(this.#symbolsTimer);
    try {
      this.#takeSymbols(await api.symbols());
      this.symbolsState.value = "ready";
    } catch (error) {
      if (this.symbols.value.size === 0) this.symbolsState.value = problemFrom(error);
    }
    if (this.symbols.value.size === 0) this.#symbolsTimer = window.setTimeout(() => void this.#loadSymbols(), ASK_AGAIN_MS);
  }

  #takeSymbols(document: SymbolsDocument): void {
    this.#clockOffsetMs = document.now - Date.now();
    const known = this.venue.value;
    if (known?.exchange !== document.exchange || known.simulated !== document.simulated) {
      this.venue.value = { exchange: document.exchange, simulated: document.simulated };
    }
    this.symbols.value = new Map(document.symbols.map((row) => [row.symbol, { row, reportedAt: document.now }]));
  }

  async #loadTables(): Promise<void> {
    try {
      this.tables.value = mergeTables(this.tables.value, (await api.tables()).tables);
      this.tablesState.value = "ready";
    } catch {
      if (this.tables.value.size === 0) this.tablesState.value = "failed"; // the strip says so; the next sync asks again
    }
  }

  async #loadSeries(limit: number): Promise<void> {
    const chosen = this.selection.value;
    if (!chosen) return;
    this.#load.abort();
    window.clearTimeout(this.#againTimer);
    const load = (this.#load = new AbortController());
    try {
      const page = await api.signals(chosen.symbol, chosen.timeframe, limit, undefined, load.signal);
      if (load.signal.aborted) return;
      this.#takePage(page.signals, limit);
    } catch (error) {
      if (load.signal.aborted) return;
      if (this.series.value.kind !== "ready") this.series.value = { kind: "failed", problem: problemFrom(error) };
    }
    const state = this.series.value;
    const settled = state.kind === "ready" && state.rows.length > 0;
    if (this.#catchUpDue && state.kind === "ready") {
      this.#catchUpDue = false;
      void this.#loadSeries(CATCH_UP_ROWS);
    } else if (!settled) this.#againTimer = window.setTimeout(() => void this.#loadSeries(SIGNALS_PAGE), ASK_AGAIN_MS);
  }

  #takePage(page: readonly SignalRow[], limit: number): void {
    const state = this.series.value;
    if (state.kind === "ready" && state.rows.length > 0) {
      if (joins(state.rows, page)) this.#merge(page);
      else if (limit < SIGNALS_PAGE) void this.#loadSeries(SIGNALS_PAGE); // away for long: a bigger page may reach back far enough
      else this.#replace(page, limit);
      return;
    }
    this.#replace(page, limit);
  }

  #replace(page: readonly SignalRow[], limit: number): void {
    this.#loadOlder.abort();
    this.older.value = page.length < limit ? "start" : "more";
    const early = this.#early.splice(0);
    this.series.value = { kind: "ready", rows: mergeRows(mergeRows([], page).rows, early).rows, merge: null };
  }

  #merge(incoming: readonly SignalRow[]): void {
    const state = this.series.value;
    if (state.kind !== "ready") return;
    const merge = mergeRows(state.rows, incoming);
    if (merge.firstChanged === merge.rows.length) return;
    this.series.value = { kind: "ready", rows: merge.rows, merge: state.rows.length === 0 ? null : merge };
  }

  #listen(chosen: Selection): void {
    this.#stream?.close();
    let before: Connection = this.connection.value;
    this.#stream = new LiveStream(address("stream", { ...chosen }), {
      onConnection: (state) => {
        // A change of symbol opens a new stream; the pill need not blink for it. After a loss it says "connecting".
        if (state.kind !== "connecting" || before.kind !== "live") this.connection.value = state;
        before = state;
        if (state.kind === "live") this.#catchUp();
      },
      onEvent: (event) => this.#hear(event),
    });
  }

  /** What was committed between the page's answer and the stream's start came by neither: ask for the newest rows again. */
  #catchUp(): void {
    void this.#loadSymbols();
    void this.#loadTables();
    if (this.series.value.kind === "ready") void this.#loadSeries(CATCH_UP_ROWS);
    else if (this.series.value.kind === "failed") void this.#loadSeries(SIGNALS_PAGE);
    else this.#catchUpDue = true;
  }

  #hear(event: ServerEvent): void {
    const data: unknown = JSON.parse(event.data);
    if (event.name === "signals") this.#hearSignals(data as { symbol: string; timeframe: string; signals: SignalRow[] });
    else if (event.name === "symbols") this.#hearSymbols(data as SymbolRow[] | { symbols: SymbolRow[]; now?: number });
    else if (event.name === "tables") {
      this.tables.value = mergeTables(this.tables.value, (data as { tables: TableRow[] }).tables);
      this.tablesState.value = "ready";
    }
  }

  #hearSignals(data: { symbol: string; timeframe: string; signals: SignalRow[] }): void {
    const chosen = this.selection.value;
    if (data.symbol !== chosen?.symbol || data.timeframe !== chosen.timeframe) return;
    // While the first page is on its way a lone row would only flash: it waits for the page.
    if (this.series.value.kind === "ready") this.#merge(data.signals);
    else this.#early.push(...data.signals);
  }

  #hearSymbols(data: SymbolRow[] | { symbols: SymbolRow[]; now?: number }): void {
    const rows = Array.isArray(data) ? data : data.symbols;
    const reportedAt = (Array.isArray(data) ? undefined : data.now) ?? this.now();
    const next = new Map(this.symbols.value);
    for (const row of rows) next.set(row.symbol, { row, reportedAt });
    this.symbols.value = next;
    this.symbolsState.value = "ready";
  }
}
