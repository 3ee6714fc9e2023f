export interface ChartPalette {
  readonly surface: string;
  readonly ink: string;
  readonly grid: string;
  readonly line: string;
  readonly crosshair: string;
  readonly up: string;
  readonly down: string;
  readonly upSoft: string;
  readonly downSoft: string;
  readonly ma50: string;
  readonly ma200: string;
  readonly rsi: string;
  readonly band: string;
  readonly golden: string;
  readonly dead: string;
  readonly font: string;
}

/** The canvas is painted in the colours of the style sheet: one source for both. */
export function readPalette(): ChartPalette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    surface: colour("surface"),
    ink: colour("ink-3"),
    grid: colour("grid"),
    line: colour("line"),
    crosshair: colour("crosshair"),
    up: colour("up"),
    down: colour("down"),
    upSoft: colour("up-soft"),
    downSoft: colour("down-soft"),
    ma50: colour("ma50"),
    ma200: colour("ma200"),
    rsi: colour("rsi"),
    band: colour("band"),
    golden: colour("golden"),
    dead: colour("dead"),
    font: getComputedStyle(document.body).fontFamily,
  };
}
