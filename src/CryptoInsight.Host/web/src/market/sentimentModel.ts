import { api } from "../api/apiClient.ts";
import type { PositionRow, SentimentDocument } from "../api/wire.ts";
import { Cell } from "../core/cell.ts";
import type { MarketModel } from "./marketModel.ts";

export const MOOD_DAYS = 90;

const INDEX_TABLE = "gold_fear_greed";
const POSITIONS_TABLE = "gold_futures_positions_summary";

/** The index and the positions: asked for again whenever the table behind them has a new version. */
export class SentimentModel {
  readonly sentiment = new Cell<SentimentDocument | null>(null);
  readonly positions = new Cell<readonly PositionRow[] | "loading" | "failed">("loading");
  readonly #unwatch: () => void;
  readonly #abort = new AbortController();
  readonly #versions = new Map<string, number | null>();

  constructor(market: MarketModel) {
    this.#unwatch = market.tables.watch((tables) => {
      if (this.#moved(INDEX_TABLE, tables.get(INDEX_TABLE)?.version)) void this.#loadSentiment();
      if (this.#moved(POSITIONS_TABLE, tables.get(POSITIONS_TABLE)?.version)) void this.#loadPositions();
    });
  }

  close(): void {
    this.#unwatch();
    this.#abort.abort();
  }

  #moved(table: string, version: number | null | undefined): boolean {
    if (version === undefined || this.#versions.get(table) === version) return false;
    this.#versions.set(table, version);
    return true;
  }

  async #loadSentiment(): Promise<void> {
    try {
      this.sentiment.value = await api.sentiment(MOOD_DAYS, this.#abort.signal);
    } catch {
      this.#versions.delete(INDEX_TABLE); // what is shown stays, and the next report of the tables asks again
    }
  }

  async #loadPositions(): Promise<void> {
    try {
      this.positions.value = (await api.positions(this.#abort.signal)).positions;
    } catch {
      this.#versions.delete(POSITIONS_TABLE);
      if (!this.#abort.signal.aborted && typeof this.positions.value === "string") this.positions.value = "failed";
    }
  }
}
