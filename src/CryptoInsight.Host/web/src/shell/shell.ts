import { h, setAttribute, setText } from "../core/dom.ts";
import type { Preferences } from "../preferences.ts";
import { mark } from "./mark.ts";
import type { Page, PageDefinition } from "./pages.ts";
import { formatRoute, parseRoute } from "./route.ts";
import { Settings } from "./settings.ts";

const SIMULATED = "SIMULATED";

/** The house around the pages: name, badge, navigation, the reader's choices. A new page is one more entry in `pages`. */
export class Shell {
  readonly #preferences: Preferences;
  readonly #pages: readonly PageDefinition[];
  readonly #settings: Settings;
  readonly #badge = h("p", { class: "simulated pending" });
  readonly #exchange = h("p", { class: "exchange", hidden: true });
  readonly #nav = h("nav", { class: "pages" });
  readonly #toolbar = h("div", { class: "toolbar" });
  readonly #main = h("main", { id: "main", tabindex: -1 });
  readonly #skip = h("a", { class: "skip", href: "#main" });
  readonly #attribution = h("a", { href: "https://www.tradingview.com/", rel: "noopener noreferrer", target: "_blank" });
  #current: { definition: PageDefinition; page: Page } | null = null;
  #venue: { exchange: string; simulated: boolean } | null = null;

  constructor(root: HTMLElement, preferences: Preferences, pages: readonly PageDefinition[]) {
    this.#preferences = preferences;
    this.#pages = pages;
    this.#settings = new Settings(preferences);
    const name = h("p", { class: "name" }, h("span", {}, "Crypto"), h("span", { class: "name-second" }, "Insight"));
    const header = h(
      "header",
      { class: "top" },
      h("div", { class: "brand" }, mark(), name),
      this.#badge,
      this.#exchange,
      this.#nav,
      this.#toolbar,
      this.#settings.button,
      this.#settings.panel,
    );
    root.replaceChildren(this.#skip, header, this.#main, h("footer", { class: "foot" }, this.#attribution));
    this.#skip.addEventListener("click", (event) => {
      event.preventDefault(); // the hash belongs to the router
      this.#main.focus();
    });
    for (const cell of [preferences.language, preferences.zone, preferences.theme, preferences.rise]) {
      (cell as { watch(watcher: () => void): void }).watch(() => this.#restyle());
    }
    window.addEventListener("hashchange", () => this.#follow());
    this.#restyle();
    this.#follow();
  }

  #follow(): void {
    const route = parseRoute(location.hash);
    const definition = this.#pages.find((page) => page.id === route.page) ?? this.#pages[0];
    if (!definition) return;
    if (this.#current?.definition !== definition) this.#open(definition);
    this.#current?.page.route(route.page === definition.id ? route.parts : []);
    this.#renderNav();
  }

  #open(definition: PageDefinition): void {
    this.#current?.page.close();
    this.#toolbar.replaceChildren();
    this.#main.replaceChildren();
    const page = definition.open({
      preferences: this.#preferences,
      toolbar: this.#toolbar,
      main: this.#main,
      showVenue: (venue) => {
        this.#venue = venue;
        this.#renderVenue();
      },
      navigate: (parts) => {
        const next = formatRoute(definition.id, parts);
        // A symbol is a view, not a step: the back button leaves the page instead of walking through every symbol.
        if (location.hash !== next) history.replaceState(null, "", next);
      },
    });
    this.#current = { definition, page };
  }

  #restyle(): void {
    const preferences = this.#preferences;
    const root = document.documentElement;
    root.lang = preferences.language.value;
    root.dataset["theme"] = preferences.theme.value;
    root.dataset["rise"] = preferences.rise.value;
    const { t } = preferences;
    setText(this.#skip, t("shell.skip"));
    setText(this.#attribution, t("shell.attribution"));
    this.#settings.render();
    this.#renderNav();
    this.#renderVenue();
    this.#current?.page.restyle();
  }

  /** With one page there is nowhere to go: no navigation is shown until there is a second. */
  #renderNav(): void {
    const { t } = this.#preferences;
    this.#nav.hidden = this.#pages.length < 2;
    setAttribute(this.#nav, "aria-label", t("shell.pages"));
    if (this.#nav.hidden) return;
    this.#nav.replaceChildren(
      ...this.#pages.map((page) =>
        h("a", { href: formatRoute(page.id, []), "aria-current": page === this.#current?.definition ? "page" : null }, t(page.title)),
      ),
    );
  }

  #renderVenue(): void {
    const { t } = this.#preferences;
    // Until the first answer the badge keeps its place unseen, so that nothing moves when it appears.
    this.#badge.classList.toggle("pending", this.#venue === null);
    this.#badge.hidden = this.#venue?.simulated === false;
    this.#exchange.hidden = this.#venue === null || this.#venue.simulated;
    // The English word stays in every language: it is what screenshots and scripts are searched for.
    const word = t("shell.simulated");
    const second = word === SIMULATED ? null : h("span", { class: "simulated-word", lang: "en" }, ` ${SIMULATED}`);
    this.#badge.replaceChildren(word, ...(second ? [second] : []), h("span", { class: "sr-only" }, ` ${t("shell.simulatedWhy")}`));
    setAttribute(this.#badge, "title", t("shell.simulatedWhy"));
    document.documentElement.toggleAttribute("data-simulated", this.#venue?.simulated === true);
    setText(this.#exchange, this.#venue ? t("shell.exchange", { exchange: this.#venue.exchange }) : "");
  }
}
