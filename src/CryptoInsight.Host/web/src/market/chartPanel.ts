import type { SignalRow } from "../api/wire.ts";
import { h, setAttribute, setText } from "../core/dom.ts";
import { formatTimeframe } from "../format/times.ts";
import type { Preferences } from "../preferences.ts";
import type { MarketModel, SeriesState } from "./marketModel.ts";
import { Readout } from "./readout.ts";
import { SignalChart } from "./signalChart.ts";

/** The chart with its legend and its honest states: loading, empty, failed, shown. The frame never changes size. */
export class ChartPanel {
  readonly element: HTMLElement;
  readonly #preferences: Preferences;
  readonly #model: MarketModel;
  readonly #readout: Readout;
  readonly #canvas = h("div", { class: "chart-canvas", tabindex: 0, role: "application" });
  readonly #notice = h("div", { class: "chart-notice", role: "status" });
  readonly #noticeTitle = h("p", { class: "notice-title" });
  readonly #noticeDetail = h("p", { class: "notice-detail" });
  readonly #retry = h("button", { type: "button", class: "button" });
  readonly #older = h("button", { type: "button", class: "chart-older", hidden: true });
  readonly #newest = h("button", { type: "button", class: "chart-newest", hidden: true });
  readonly #chart: SignalChart;
  #hovered: SignalRow | null = null;
  #drawn = false;

  constructor(model: MarketModel, preferences: Preferences) {
    this.#model = model;
    this.#preferences = preferences;
    this.#readout = new Readout(preferences);
    this.#notice.append(h("span", { class: "notice-pulse", "aria-hidden": "true" }), this.#noticeTitle, this.#noticeDetail, this.#retry);
    const stage = h("div", { class: "chart-stage" }, this.#canvas, this.#older, this.#newest, this.#notice);
    this.element = h("section", { class: "chart" }, this.#readout.element, this.#readout.spoken, stage);
    this.#chart = new SignalChart(this.#canvas, preferences, {
      onNeedOlder: () => {
        if (model.older.value === "more") void model.loadOlder();
      },
      onHover: (row) => {
        this.#hovered = row;
        this.#readout.render(row ?? this.#newestRow);
      },
      onTail: (inSight) => (this.#newest.hidden = inSight),
    });
    this.#retry.addEventListener("click", () => model.retry());
    this.#older.addEventListener("click", () => void model.loadOlder());
    this.#newest.addEventListener("click", () => this.#chart.toNewest());
    this.#canvas.addEventListener("keydown", (event) => this.#onKey(event));
    this.#canvas.addEventListener("blur", () => this.#chart.leave());
    this.restyle();
  }

  show(state: SeriesState): void {
    const rows = state.kind === "ready" ? state.rows : [];
    if (state.kind === "ready" && rows.length > 0) {
      this.#chart.show(rows, state.merge);
      if (!this.#drawn) this.#unveil();
    }
    if (this.#hovered) this.#hovered = rows.find((row) => row.bucketStart === this.#hovered?.bucketStart) ?? null;
    this.#readout.render(this.#hovered ?? this.#newestRow);
    this.renderNotice();
  }

  renderNotice(): void {
    const { t } = this.#preferences;
    const state = this.#model.series.value;
    const chosen = this.#model.selection.value;
    const name = { symbol: chosen?.symbol ?? "", timeframe: formatTimeframe(chosen?.timeframe ?? "", this.#preferences.language.value) };
    const symbols = this.#model.symbolsState.value;
    if (!chosen && typeof symbols === "object") this.#say("failed", this.#failure(symbols.status), this.#reason(symbols), true);
    else if (!chosen && symbols === "ready") this.#say("empty", t("chart.noSymbols"), "", false);
    else if (state.kind === "failed") this.#say("failed", this.#failure(state.problem.status), this.#reason(state.problem), true);
    else if (state.kind === "loading") this.#say("loading", chosen ? t("chart.loading", name) : "", "", false);
    else if (state.rows.length === 0) this.#say("empty", t("chart.empty"), t("chart.emptyWhy", name), false);
    else this.#say("shown", "", "", false);
    setAttribute(this.#canvas, "aria-label", t("chart.label", name));
  }

  renderOlder(): void {
    const { t } = this.#preferences;
    const state = this.#model.older.value;
    this.#older.hidden = state !== "loading" && state !== "failed";
    this.#older.disabled = state === "loading";
    setText(this.#older, state === "loading" ? t("chart.loadingOlder") : `${t("chart.olderFailed")} ${t("chart.retry")}`);
  }

  restyle(): void {
    const { t } = this.#preferences;
    setAttribute(this.element, "aria-label", t("chart.region"));
    setText(this.#retry, t("chart.retry"));
    setAttribute(this.#newest, "aria-label", t("chart.newest"));
    setAttribute(this.#newest, "title", t("chart.newest"));
    this.#chart.restyle();
    this.#readout.render(this.#hovered ?? this.#newestRow);
    this.renderNotice();
    this.renderOlder();
  }

  close(): void {
    this.#chart.close();
  }

  get #newestRow(): SignalRow | null {
    const state = this.#model.series.value;
    return state.kind === "ready" ? (state.rows.at(-1) ?? null) : null;
  }

  #failure(status: number): string {
    return this.#preferences.t(status === 0 ? "chart.unreachable" : "chart.failed");
  }

  #reason(problem: { status: number; title: string | null; detail: string | null }): string {
    const { t } = this.#preferences;
    if (problem.status === 0) return t("chart.unreachableWhy");
    return [problem.title ?? t("chart.status", { status: problem.status }), problem.detail].filter((part) => part !== null).join(" · ");
  }

  /** The chart lays out its panes in the frame after its first data: it is unveiled when they have settled. */
  #unveil(): void {
    this.#drawn = true;
    requestAnimationFrame(() => requestAnimationFrame(() => setAttribute(this.element, "data-drawn", true)));
  }

  #say(state: "loading" | "empty" | "failed" | "shown", title: string, detail: string, retry: boolean): void {
    setAttribute(this.element, "data-state", state);
    setText(this.#noticeTitle, title);
    setText(this.#noticeDetail, detail);
    this.#retry.hidden = !retry;
    if (state !== "shown") this.#newest.hidden = true;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const stride = event.shiftKey ? 10 : 1;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => this.#chart.step(-stride),
      ArrowRight: () => this.#chart.step(stride),
      "+": () => this.#chart.zoom(0.8),
      "=": () => this.#chart.zoom(0.8),
      "-": () => this.#chart.zoom(1.25),
      End: () => {
        this.#chart.leave();
        this.#chart.toNewest();
      },
      Escape: () => this.#chart.leave(),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
    if (event.key.startsWith("Arrow") && this.#hovered) this.#readout.speak(this.#hovered);
  }
}
