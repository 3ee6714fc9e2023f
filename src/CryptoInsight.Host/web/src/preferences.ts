import { Cell } from "./core/cell.ts";
import type { Zone } from "./format/times.ts";
import { type Language, preferredLanguage, type Translate, translator } from "./i18n/messages.ts";

export type Theme = "light" | "dark";
/** Which colour rises: green (international) or red (Korean and Japanese markets). */
export type Rise = "green" | "red";

const KEY = "cryptoinsight."; // first-paint.js reads the same keys before the first frame

function remembered<T extends string>(name: string, allowed: readonly T[]): T | null {
  try {
    const value = localStorage.getItem(KEY + name);
    return allowed.find((item) => item === value) ?? null;
  } catch {
    return null; // storage is forbidden in this browser: the defaults hold for this visit
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(KEY + name, value);
  } catch {
    // As above: the choice lasts as long as the page.
  }
}

/** The reader's choices. A choice that was never made follows the browser, and zone and colours follow the language. */
export class Preferences {
  readonly language: Cell<Language>;
  readonly zone: Cell<Zone>;
  readonly theme: Cell<Theme>;
  readonly rise: Cell<Rise>;
  #zoneChosen: boolean;
  #riseChosen: boolean;

  constructor() {
    const language = remembered<Language>("language", ["ko", "en"]) ?? preferredLanguage(navigator.languages);
    const zone = remembered<Zone>("zone", ["KST", "UTC"]);
    const rise = remembered<Rise>("rise", ["green", "red"]);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const theme = remembered<Theme>("theme", ["light", "dark"]);
    this.#zoneChosen = zone !== null;
    this.#riseChosen = rise !== null;
    this.language = new Cell<Language>(language);
    this.zone = new Cell<Zone>(zone ?? zoneOf(language));
    this.rise = new Cell<Rise>(rise ?? riseOf(language));
    this.theme = new Cell<Theme>(theme ?? (dark.matches ? "dark" : "light"));
    dark.addEventListener("change", () => {
      if (remembered<Theme>("theme", ["light", "dark"]) === null) this.theme.value = dark.matches ? "dark" : "light";
    });
  }

  get t(): Translate {
    return translator(this.language.value);
  }

  chooseLanguage(language: Language): void {
    remember("language", language);
    if (!this.#zoneChosen) this.zone.value = zoneOf(language);
    if (!this.#riseChosen) this.rise.value = riseOf(language);
    this.language.value = language;
  }

  chooseZone(zone: Zone): void {
    remember("zone", zone);
    this.#zoneChosen = true;
    this.zone.value = zone;
  }

  chooseTheme(theme: Theme): void {
    remember("theme", theme);
    this.theme.value = theme;
  }

  chooseRise(rise: Rise): void {
    remember("rise", rise);
    this.#riseChosen = true;
    this.rise.value = rise;
  }

  /** The symbol and timeframe of the last visit; the address wins over them. */
  get lastSeries(): { symbol: string; timeframe: string } | null {
    try {
      const [symbol, timeframe] = (localStorage.getItem(`${KEY}series`) ?? "").split("|");
      return symbol && timeframe ? { symbol, timeframe } : null;
    } catch {
      return null;
    }
  }

  rememberSeries(symbol: string, timeframe: string): void {
    remember("series", `${symbol}|${timeframe}`);
  }
}

const zoneOf = (language: Language): Zone => (language === "ko" ? "KST" : "UTC");
const riseOf = (language: Language): Rise => (language === "ko" ? "red" : "green");
