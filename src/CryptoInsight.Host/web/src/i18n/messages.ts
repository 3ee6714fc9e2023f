import { en } from "./en.ts";
import { ko } from "./ko.ts";

export type Language = "ko" | "en";
export type MessageKey = keyof typeof en;
export type Translate = (key: MessageKey, values?: Record<string, string | number>) => string;

const tables: Record<Language, Record<MessageKey, string>> = { ko, en };

export function translator(language: Language): Translate {
  const messages = tables[language];
  return (key, values = {}) => messages[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The first language of the list that the page speaks; English if it speaks none. */
export function preferredLanguage(languages: readonly string[]): Language {
  for (const tag of languages) {
    const primary = tag.toLowerCase().split("-")[0];
    if (primary === "ko" || primary === "en") return primary;
  }
  return "en";
}
