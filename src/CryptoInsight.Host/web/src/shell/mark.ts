import { svg } from "../core/dom.ts";

/** The product's mark: an eye whose pupil is a candle. */
export function mark(): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 32 24", class: "mark", "aria-hidden": "true", focusable: "false" },
    svg("path", { class: "mark-eye", d: "M2 12C6 5.400 10.600 2.200 16 2.200S26 5.400 30 12c-4 6.600-8.600 9.800-14 9.800S6 18.600 2 12Z" }),
    svg("path", { class: "mark-wick", d: "M16 5v14" }),
    svg("rect", { class: "mark-body", x: 13, y: 8, width: 6, height: 8, rx: 1 }),
  );
}
