import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// npm runs the tests in the folder of package.json.
const css = readFileSync("src/styles/tokens.css", "utf8");

/** The custom properties that hold for a theme and a habit of colours, cascaded in the order of the file. */
function tokens(theme: "light" | "dark", rise: "green" | "red"): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, selectors = "", body = ""] of css.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const holds = selectors.split(",").some((selector) => {
      const themes = /data-theme="(\w+)"/.exec(selector)?.[1] ?? theme;
      const rises = /data-rise="(\w+)"/.exec(selector)?.[1] ?? rise;
      return themes === theme && rises === rise;
    });
    if (!holds) continue;
    for (const [, name = "", value = ""] of body.matchAll(/--([\w-]+):\s*([^;]+);/g)) found.set(name, value.trim());
  }
  return found;
}

function luminance(hex: string): number {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  assert.ok(match, `${hex} is no #rrggbb colour`);
  const [r, g, b] = match.slice(1).map((part) => {
    const channel = Number.parseInt(part, 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The chart writes black or white on its axis labels by this rule of its own. */
function labelText(hex: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
  return 0.199 * r + 0.687 * g + 0.114 * b > 160 ? "#000000" : "#ffffff";
}

const SURFACES = ["surface", "raised", "hover", "chosen"];
const TEXTS = ["ink", "ink-2", "ink-3", "up", "down", "golden", "dead", "warn", "bad", "good", "rsi", "accent"];
const LABELS = ["ma50", "ma200"]; // they stand only in the chart's legend
const MARKS = ["line-strong", "band", "bronze", "silver", "gold", "ops"];

for (const theme of ["light", "dark"] as const) {
  for (const rise of ["green", "red"] as const) {
    test(`${theme} theme, ${rise} rising: text reaches 4.5:1 and marks 3:1`, () => {
      const colours = tokens(theme, rise);
      const of = (name: string) => colours.get(name) ?? assert.fail(`--${name} is missing`);
      const weak: string[] = [];
      const need = (front: string, back: string, ratio: number) => {
        const measured = contrast(of(front), of(back));
        if (measured < ratio) weak.push(`--${front} on --${back}: ${measured.toFixed(2)} < ${ratio}`);
      };
      for (const surface of SURFACES) for (const text of TEXTS) need(text, surface, 4.5);
      for (const label of LABELS) need(label, "surface", 4.5);
      for (const mark of MARKS) need(mark, "surface", 3);
      for (const label of ["up", "down", "rsi", "crosshair"]) {
        const measured = contrast(labelText(of(label)), of(label));
        if (measured < 4.5) weak.push(`axis label on --${label}: ${measured.toFixed(2)} < 4.5`);
      }
      need("ink-3", "ground", 4.5);
      need("on-accent", "accent", 4.5);
      need("on-amber", "amber", 4.5);
      assert.deepEqual(weak, []);
    });
  }
}
