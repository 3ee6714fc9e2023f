import { h, setAttribute } from "../core/dom.ts";
import type { Zone } from "../format/times.ts";
import type { Language } from "../i18n/messages.ts";
import type { Preferences, Rise, Theme } from "../preferences.ts";
import { Choice } from "./choice.ts";

/** Zone, language, theme and colours: in the header where there is room, behind one button where there is not. */
export class Settings {
  readonly button = h("button", { type: "button", class: "settings-button", "aria-expanded": "false", "aria-controls": "settings" }, h("span", { class: "settings-glyph", "aria-hidden": "true" }));
  readonly panel = h("div", { class: "settings", id: "settings" });
  readonly #preferences: Preferences;
  readonly #zone: Choice<Zone>;
  readonly #language: Choice<Language>;
  readonly #theme: Choice<Theme>;
  readonly #rise: Choice<Rise>;

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
    this.#zone = new Choice<Zone>("choice-zone", (value) => preferences.chooseZone(value));
    this.#language = new Choice<Language>("choice-language", (value) => preferences.chooseLanguage(value));
    this.#theme = new Choice<Theme>("choice-theme choice-glyph", (value) => preferences.chooseTheme(value));
    this.#rise = new Choice<Rise>("choice-rise choice-glyph", (value) => preferences.chooseRise(value));
    this.panel.append(this.#zone.element, this.#language.element, this.#theme.element, this.#rise.element);
    this.button.addEventListener("click", () => this.#open(this.button.getAttribute("aria-expanded") !== "true"));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.button.getAttribute("aria-expanded") !== "true") return;
      this.#open(false);
      this.button.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      const target = event.target as Node;
      if (!this.panel.contains(target) && !this.button.contains(target)) this.#open(false);
    });
  }

  render(): void {
    const { t } = this.#preferences;
    setAttribute(this.button, "aria-label", t("shell.settings"));
    this.#zone.render(t("settings.zone"), [{ value: "KST", label: "KST" }, { value: "UTC", label: "UTC" }], this.#preferences.zone.value);
    this.#language.render(
      t("settings.language"),
      [{ value: "ko", label: "한국어", lang: "ko" }, { value: "en", label: "EN", lang: "en", title: "English" }],
      this.#preferences.language.value,
    );
    this.#theme.render(
      t("settings.theme"),
      [
        { value: "light", label: "", title: t("settings.theme.light") },
        { value: "dark", label: "", title: t("settings.theme.dark") },
      ],
      this.#preferences.theme.value,
    );
    this.#rise.render(
      t("settings.rise"),
      [
        { value: "green", label: "", title: t("settings.rise.green") },
        { value: "red", label: "", title: t("settings.rise.red") },
      ],
      this.#preferences.rise.value,
    );
  }

  #open(open: boolean): void {
    setAttribute(this.button, "aria-expanded", String(open));
    this.panel.classList.toggle("open", open);
  }
}
