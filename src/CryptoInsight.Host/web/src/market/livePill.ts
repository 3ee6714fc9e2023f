import { h, setAttribute, setText } from "../core/dom.ts";
import type { Preferences } from "../preferences.ts";
import type { MarketModel } from "./marketModel.ts";

/** Whether the page hears the server. A lost line is said loudly, with when it is tried again. */
export class LivePill {
  readonly element: HTMLElement;
  readonly banner: HTMLElement;
  readonly #preferences: Preferences;
  readonly #model: MarketModel;
  readonly #text = h("span", {});
  readonly #lost = h("span", { class: "lost-text" });
  readonly #retry = h("button", { type: "button", class: "button button-small" });

  constructor(model: MarketModel, preferences: Preferences) {
    this.#model = model;
    this.#preferences = preferences;
    this.element = h("p", { class: "live", role: "status" }, h("i", { class: "live-dot", "aria-hidden": "true" }), this.#text);
    this.banner = h("div", { class: "lost", hidden: true }, this.#lost, this.#retry);
    this.#retry.addEventListener("click", () => model.retry());
  }

  render(): void {
    const { t } = this.#preferences;
    const state = this.#model.connection.value;
    setAttribute(this.element, "data-state", state.kind);
    setText(this.#text, t(`live.${state.kind}`));
    this.tick();
  }

  /** The countdown to the next try. */
  tick(): void {
    const { t } = this.#preferences;
    const state = this.#model.connection.value;
    // The banner stays through the short tries in between: it must not flap.
    if (state.kind === "live" || state.kind === "refused") this.banner.hidden = true;
    if (state.kind !== "lost") return;
    this.banner.hidden = false;
    const seconds = Math.max(0, Math.ceil((state.retryAt - Date.now()) / 1000));
    const reason = state.problem.status === 0 ? "" : ` (${state.problem.title ?? t("chart.status", { status: state.problem.status })})`;
    setText(this.#lost, `${t("live.lost")}${reason}. ${t("live.notLive")} ${t("live.retryIn", { seconds })}`);
    setText(this.#retry, t("live.retryNow"));
  }
}
