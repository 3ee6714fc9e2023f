/** A line through values of a fixed range as an SVG path in a box; a lone value becomes a short stroke, so that it is seen. */
export function linePath(values: readonly number[], width: number, height: number, low: number, high: number): string {
  const x = (index: number) => (values.length === 1 ? width / 2 : (index / (values.length - 1)) * width);
  const y = (value: number) => height - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * height;
  const points = values.map((value, index) => `${round(x(index))} ${round(y(value))}`);
  return points.length === 1 ? `M${points[0]}h2` : points.length === 0 ? "" : `M${points.join("L")}`;
}

const round = (value: number) => Math.round(value * 100) / 100;
