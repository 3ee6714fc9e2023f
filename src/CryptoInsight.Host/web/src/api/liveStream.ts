import { type Problem, ProblemError, problemFrom, problemOf } from "./problem.ts";
import { EventStreamParser, type ServerEvent } from "./sse.ts";

export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly retryAt: number; readonly problem: Problem }
  /** The server is there and says no (an unknown series): asked again, but nothing is broken. */
  | { readonly kind: "refused"; readonly problem: Problem };

// The server sends a heartbeat every 15 s: two missed ones and a margin mean a dead line.
const SILENCE_MS_MAX = 40_000;
const RETRY_MS_FIRST = 1_000;
const RETRY_MS_MAX = 15_000;
// Browsers open at most six plain HTTP connections per host: forgotten tabs must not hold them all.
const HIDDEN_MS_MAX = 120_000;

/** How long to wait before attempt number `attempt` (0 = first retry), with up to a quarter of jitter. */
export function retryDelay(attempt: number, jitter: number): number {
  const base = Math.min(RETRY_MS_MAX, RETRY_MS_FIRST * 2 ** Math.min(attempt, 10));
  return Math.round(base * (0.75 + 0.25 * jitter));
}

export interface StreamListener {
  onConnection(state: Connection): void;
  onEvent(event: ServerEvent): void;
}

/** One server-sent event stream that comes back by itself until it is closed. */
export class LiveStream {
  readonly #url: string;
  readonly #listener: StreamListener;
  #abort = new AbortController();
  #retryTimer: number | undefined;
  #silenceTimer: number | undefined;
  #attempt = 0;
  #closed = false;
  #resting = false;
  #hiddenTimer: number | undefined;
  readonly #wake = () => this.retryNow();
  readonly #onVisibility = () => this.#seen(document.visibilityState === "visible");

  constructor(url: string, listener: StreamListener) {
    this.#url = url;
    this.#listener = listener;
    window.addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#onVisibility);
    void this.#connect();
  }

  /** Ends a waiting pause at once; does nothing while the stream is up. */
  retryNow(): void {
    if (this.#retryTimer === undefined) return;
    window.clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    window.removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    window.clearTimeout(this.#hiddenTimer);
    window.clearTimeout(this.#retryTimer);
    window.clearTimeout(this.#silenceTimer);
    this.#abort.abort();
  }

  /** A page that nobody looks at lets go of its connection after a while and takes it up again when it is looked at. */
  #seen(visible: boolean): void {
    window.clearTimeout(this.#hiddenTimer);
    if (!visible) {
      this.#hiddenTimer = window.setTimeout(() => {
        this.#resting = true;
        window.clearTimeout(this.#retryTimer);
        this.#retryTimer = undefined;
        this.#abort.abort();
      }, HIDDEN_MS_MAX);
    } else if (this.#resting) {
      this.#resting = false;
      void this.#connect();
    }
  }

  async #connect(): Promise<void> {
    this.#listener.onConnection({ kind: "connecting" });
    this.#abort = new AbortController();
    this.#heard();
    try {
      const response = await fetch(this.#url, {
        headers: { accept: "text/event-stream" },
        cache: "no-store",
        signal: this.#abort.signal,
      });
      if (!response.ok || !response.body) throw new ProblemError(await problemOf(response));
      if (this.#closed) return;
      this.#listener.onConnection({ kind: "live" });
      await this.#read(response.body);
      this.#lost({ status: 0, title: null, detail: null });
    } catch (error) {
      this.#lost(problemFrom(error));
    }
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventStreamParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#closed) return;
      this.#heard();
      this.#attempt = 0; // bytes, not only a status line: the line is good again
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (this.#closed) return;
        this.#listener.onEvent(event);
      }
    }
  }

  #heard(): void {
    window.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = window.setTimeout(() => this.#abort.abort(), SILENCE_MS_MAX);
  }

  #lost(problem: Problem): void {
    window.clearTimeout(this.#silenceTimer);
    if (this.#closed || this.#resting) return;
    const refused = problem.status >= 400 && problem.status < 500 && problem.status !== 408 && problem.status !== 429;
    const wait = refused ? RETRY_MS_MAX : retryDelay(this.#attempt, Math.random());
    this.#attempt += 1;
    this.#retryTimer = window.setTimeout(() => this.retryNow(), wait);
    if (refused) this.#listener.onConnection({ kind: "refused", problem });
    else this.#listener.onConnection({ kind: "lost", retryAt: Date.now() + wait, problem });
  }
}
