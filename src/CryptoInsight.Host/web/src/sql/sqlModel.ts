import { api } from "../api/apiClient.ts";
import { type Problem, problemFrom } from "../api/problem.ts";
import type { SqlResult, SqlSurface } from "../api/wire.ts";
import { Cell } from "../core/cell.ts";

/** Where the console stands. */
export type SqlState =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly since: number; readonly stopping: boolean }
  | { readonly kind: "done"; readonly result: SqlResult; readonly milliseconds: number }
  | { readonly kind: "failed"; readonly problem: Problem };

/** One statement at a time: runs it, stops it, keeps its answer. */
export class SqlModel {
  readonly state = new Cell<SqlState>({ kind: "idle" });
  readonly surface = new Cell<SqlSurface | null>(null);
  #running: { readonly id: string; readonly abort: AbortController } | null = null;

  async loadSurface(): Promise<void> {
    try {
      this.surface.value = await api.sqlSurface();
    } catch {
      // Completion is a comfort: without it the console still runs.
    }
  }

  async run(statement: string): Promise<void> {
    if (this.#running || statement.trim() === "") return;
    const running = { id: crypto.randomUUID(), abort: new AbortController() };
    this.#running = running;
    const since = performance.now();
    this.state.value = { kind: "running", since, stopping: false };
    try {
      const { result, milliseconds } = await api.runSql(statement, running.id, running.abort.signal);
      this.state.value = { kind: "done", result, milliseconds: milliseconds ?? performance.now() - since };
    } catch (error) {
      if (!running.abort.signal.aborted) this.state.value = { kind: "failed", problem: problemFrom(error) };
    } finally {
      this.#running = null;
    }
  }

  /** Asks the node to stop; the running request then ends with its word for that. */
  async stop(): Promise<void> {
    const state = this.state.value;
    if (!this.#running || state.kind !== "running") return;
    this.state.value = { ...state, stopping: true };
    try {
      await api.stopSql(this.#running.id);
    } catch {
      // It has ended by itself, or the node is gone: the request says which.
    }
  }

  /** The page goes: a node that is no longer listened to stops by itself. */
  close(): void {
    this.#running?.abort.abort();
  }
}
