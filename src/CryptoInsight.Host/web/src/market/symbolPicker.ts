import { h, setAttribute, setText } from "../core/dom.ts";
import { direction, formatPercent, formatPrice } from "../format/numbers.ts";
import type { Preferences } from "../preferences.ts";
import type { MarketModel } from "./marketModel.ts";
import { searchSymbols } from "./symbolSearch.ts";

const SHOWN_MAX = 200; // a list longer than this is searched, not scrolled

/** A button that opens a searchable list (the ARIA combobox pattern). "/" opens it from anywhere. */
export class SymbolPicker {
  readonly element: HTMLElement;
  readonly #preferences: Preferences;
  readonly #model: MarketModel;
  readonly #onChoose: (symbol: string) => void;
  readonly #name = h("span", { class: "picker-name" });
  readonly #button = h("button", { type: "button", class: "picker-button", "aria-haspopup": "dialog", "aria-expanded": "false" });
  readonly #panel = h("div", { class: "picker-panel", role: "dialog", hidden: true });
  readonly #input = h("input", {
    type: "text",
    role: "combobox",
    class: "picker-input",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    enterkeyhint: "go",
    maxlength: 40,
    "aria-expanded": "true",
    "aria-autocomplete": "list",
    "aria-controls": "picker-list",
  });
  readonly #list = h("ul", { class: "picker-list", id: "picker-list", role: "listbox" });
  readonly #count = h("p", { class: "picker-count", "aria-live": "polite" });
  readonly #outside = (event: PointerEvent) => {
    if (!this.element.contains(event.target as Node)) this.#close(false);
  };
  readonly #hotkey = (event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type !== "radio";
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#open();
  };
  #found: readonly string[] = [];
  #active = 0;

  constructor(model: MarketModel, preferences: Preferences, onChoose: (symbol: string) => void) {
    this.#model = model;
    this.#preferences = preferences;
    this.#onChoose = onChoose;
    this.#button.append(this.#name, h("kbd", { class: "picker-key", "aria-hidden": "true" }, "/"), h("i", { class: "picker-chevron", "aria-hidden": "true" }));
    this.#panel.append(this.#input, this.#list, this.#count);
    this.element = h("div", { class: "picker" }, this.#button, this.#panel);
    this.#button.addEventListener("click", () => (this.#panel.hidden ? this.#open() : this.#close(true)));
    this.#input.addEventListener("input", () => this.#search(0));
    this.#input.addEventListener("keydown", (event) => this.#onKey(event));
    document.addEventListener("pointerdown", this.#outside);
    document.addEventListener("keydown", this.#hotkey);
  }

  render(): void {
    const { t } = this.#preferences;
    const symbol = this.#model.selection.value?.symbol ?? "";
    setText(this.#name, symbol || t("picker.choose"));
    setAttribute(this.#button, "aria-label", `${t("picker.symbol")}: ${symbol || t("picker.choose")}`);
    setAttribute(this.#panel, "aria-label", t("picker.choose"));
    setAttribute(this.#input, "aria-label", t("picker.search"));
    setAttribute(this.#input, "placeholder", t("picker.search"));
    setAttribute(this.#list, "aria-label", t("picker.symbol"));
    if (!this.#panel.hidden) this.#search(this.#active);
  }

  close(): void {
    document.removeEventListener("pointerdown", this.#outside);
    document.removeEventListener("keydown", this.#hotkey);
  }

  #open(): void {
    this.#panel.hidden = false;
    setAttribute(this.#button, "aria-expanded", "true");
    this.#input.value = "";
    const chosen = this.#model.selection.value?.symbol;
    const order = [...this.#model.symbols.value.keys()];
    this.#search(Math.max(0, order.indexOf(chosen ?? "")));
    this.#input.focus();
  }

  #close(focusButton: boolean): void {
    if (this.#panel.hidden) return;
    this.#panel.hidden = true;
    setAttribute(this.#button, "aria-expanded", "false");
    if (focusButton) this.#button.focus();
  }

  #choose(symbol: string | undefined): void {
    if (symbol === undefined) return;
    this.#close(true);
    this.#onChoose(symbol);
  }

  #search(active: number): void {
    const { t } = this.#preferences;
    const language = this.#preferences.language.value;
    const rows = [...this.#model.symbols.value.values()].map((entry) => entry.row);
    const found = searchSymbols(rows, this.#input.value);
    const shown = found.slice(0, SHOWN_MAX);
    this.#found = shown.map((row) => row.symbol);
    this.#active = Math.min(Math.max(0, active), Math.max(0, shown.length - 1));
    this.#list.replaceChildren(
      ...shown.map((row, index) => {
        const change = h("span", { class: "picker-change", "data-way": direction(row.changePct24h) }, formatPercent(row.changePct24h, language));
        const option = h(
          "li",
          { role: "option", id: `picker-option-${index}`, class: "picker-option", "aria-selected": String(index === this.#active) },
          h("span", { class: "picker-symbol" }, row.symbol),
          h("span", { class: "picker-price" }, formatPrice(row.lastPrice, language)),
          change,
        );
        option.addEventListener("pointerup", () => this.#choose(row.symbol));
        return option;
      }),
    );
    setText(this.#count, found.length === 0 ? t("picker.none", { query: this.#input.value.trim() }) : t("picker.count", { count: found.length }));
    this.#point();
  }

  #point(): void {
    [...this.#list.children].forEach((option, index) => setAttribute(option, "aria-selected", String(index === this.#active)));
    setAttribute(this.#input, "aria-activedescendant", this.#found.length > 0 ? `picker-option-${this.#active}` : null);
    this.#list.children[this.#active]?.scrollIntoView({ block: "nearest" });
  }

  #onKey(event: KeyboardEvent): void {
    const last = this.#found.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: this.#active >= last ? 0 : this.#active + 1,
      ArrowUp: this.#active <= 0 ? last : this.#active - 1,
      PageDown: Math.min(last, this.#active + 8),
      PageUp: Math.max(0, this.#active - 8),
    };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      this.#active = Math.max(0, next);
      this.#point();
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      this.#choose(this.#found[this.#active]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.#close(true);
    } else if (event.key === "Tab") this.#close(false);
  }
}
