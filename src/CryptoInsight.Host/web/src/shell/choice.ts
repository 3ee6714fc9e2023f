import { h, setText } from "../core/dom.ts";

export interface ChoiceItem<T extends string> {
  readonly value: T;
  readonly label: string;
  /** Language of the label, if it is not the page's. */
  readonly lang?: string;
  readonly title?: string;
}

let groups = 0;

/** A row of exclusive options. Real radio buttons, so arrow keys, focus and screen readers work as everywhere. */
export class Choice<T extends string> {
  readonly element: HTMLFieldSetElement;
  readonly #name = `choice-${(groups += 1)}`;
  readonly #legend = h("legend", { class: "choice-legend" });
  readonly #row = h("div", { class: "choice-row" });
  readonly #onChoose: (value: T) => void;
  #items: readonly ChoiceItem<T>[] = [];
  #inputs = new Map<T, HTMLInputElement>();

  constructor(className: string, onChoose: (value: T) => void) {
    this.#onChoose = onChoose;
    this.element = h("fieldset", { class: `choice ${className}`, hidden: true }, this.#legend, this.#row);
  }

  render(legend: string, items: readonly ChoiceItem<T>[], chosen: T | null): void {
    setText(this.#legend, legend);
    if (JSON.stringify(items) !== JSON.stringify(this.#items)) this.#build(items);
    for (const [value, input] of this.#inputs) if (input.checked !== (value === chosen)) input.checked = value === chosen;
  }

  #build(items: readonly ChoiceItem<T>[]): void {
    const focused = [...this.#inputs].find(([, input]) => input === document.activeElement)?.[0];
    this.#items = items;
    this.element.hidden = items.length === 0;
    this.#inputs = new Map();
    this.#row.replaceChildren(...items.map((item) => this.#option(item)));
    if (focused !== undefined) this.#inputs.get(focused)?.focus();
  }

  #option(item: ChoiceItem<T>): HTMLLabelElement {
    const input = h("input", { type: "radio", name: this.#name, value: item.value, "aria-label": item.title ?? null });
    input.addEventListener("change", () => {
      if (input.checked) this.#onChoose(item.value);
    });
    this.#inputs.set(item.value, input);
    return h("label", { class: "choice-item", "data-value": item.value, title: item.title ?? null }, input, h("span", { lang: item.lang ?? null }, item.label));
  }
}
