/** Colors, mixed and varied in OKLab, which is perceptually uniform (Ottosson, 2020). @module */

/** sRGB, each channel in [0, 1]. */
export type Color = readonly [red: number, green: number, blue: number];

/** Lightness in [0, 1] and the two opponent axes, in about [-0.4, 0.4]. */
export type Oklab = readonly [lightness: number, greenRed: number, blueYellow: number];

/** Parses `#rrggbb`. */
export function color(hex: string): Color {
  const value = Number.parseInt(hex.slice(1), 16);
  return [((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

/** Clamps to [0, 1]. */
export function clamp01(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}

/** Smoothstep: 0 at `low`, 1 at `high`, smooth in between. `low` can be greater than `high`. */
export function smoothstep(low: number, high: number, value: number): number {
  const t = clamp01((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}

function toLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function fromLinear(value: number): number {
  return clamp01(value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
}

/** Converts sRGB to OKLab. */
export function toOklab([red, green, blue]: Color): Oklab {
  const r = toLinear(red);
  const g = toLinear(green);
  const b = toLinear(blue);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Converts OKLab to sRGB, clipped to the gamut. */
export function fromOklab([lightness, greenRed, blueYellow]: Oklab): Color {
  const l = (lightness + 0.3963377774 * greenRed + 0.2158037573 * blueYellow) ** 3;
  const m = (lightness - 0.1055613458 * greenRed - 0.0638541728 * blueYellow) ** 3;
  const s = (lightness - 0.0894841775 * greenRed - 1.291485548 * blueYellow) ** 3;
  return [
    fromLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    fromLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    fromLinear(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Interpolates between two colors in OKLab, with `t` in [0, 1]. */
export function mixColors(from: Color, to: Color, t: number): Color {
  const a = toOklab(from);
  const b = toOklab(to);
  return fromOklab([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]);
}

/** The color at `t` in [0, 1] of a gradient with evenly spaced stops. */
export function gradientColor(stops: readonly Color[], t: number): Color {
  const place = clamp01(t) * (stops.length - 1);
  const index = Math.min(Math.floor(place), stops.length - 2);
  return mixColors(stops[index] as Color, stops[index + 1] as Color, place - index);
}

/** Changes a color's lightness (added), chroma (a factor) and hue (rotated, in radians). */
export function varyColor(base: Color, lighter: number, chromaFactor = 1, hueTurn = 0): Color {
  const [lightness, a, b] = toOklab(base);
  const cosine = Math.cos(hueTurn) * chromaFactor;
  const sine = Math.sin(hueTurn) * chromaFactor;
  return fromOklab([clamp01(lightness + lighter), a * cosine - b * sine, a * sine + b * cosine]);
}
