import type { Preferences } from "../preferences.ts";
import type { MessageKey } from "../i18n/messages.ts";

/** What a page may use of the shell around it. */
export interface PageContext {
  readonly preferences: Preferences;
  /** The page's controls in the header. */
  readonly toolbar: HTMLElement;
  /** The page's body. */
  readonly main: HTMLElement;
  /** Says where the data comes from; the shell shows the badge. */
  showVenue(venue: { exchange: string; simulated: boolean }): void;
  /** What follows the page's name in the address. */
  navigate(parts: readonly string[]): void;
}

export interface Page {
  /** The rest of the address changed. */
  route(parts: readonly string[]): void;
  /** Language, zone, theme or colours changed. */
  restyle(): void;
  close(): void;
}

export interface PageDefinition {
  /** First part of the address. */
  readonly id: string;
  readonly title: MessageKey;
  open(context: PageContext): Page;
}
