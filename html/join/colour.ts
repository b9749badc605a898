/** Colours as numbers: what can be read on what. */

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

export const WHITE: Colour = [255, 255, 255];
export const INK: Colour = [4, 5, 8];

/** WCAG 2.1: text that everybody can read. */
export const TEXT_CONTRAST = 4.5;

export function css([red, green, blue]: Colour): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

/** Relative luminance, 0 to 1. */
function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** 1 (the same) to 21 (black on white). */
export function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

/** `share` of the one, the rest of the other. */
export function mix(one: Colour, other: Colour, share: number): Colour {
  return one.map((part, i) => part * share + (other[i] ?? 0) * (1 - share)) as unknown as Colour;
}

/** White or almost black, whichever is read more easily on `ground`. */
export function inkOn(ground: Colour): Colour {
  return contrast(WHITE, ground) >= contrast(INK, ground) ? WHITE : INK;
}

/** `wanted`, moved towards white or black as far as needed to be read on every one of `grounds`. */
export function readable(wanted: Colour, grounds: readonly Colour[]): Colour {
  const ink = inkOn(grounds[0] ?? WHITE);
  for (let share = 1; share > 0; share -= 0.05) {
    const tried = mix(wanted, ink, share);
    if (grounds.every((ground) => contrast(tried, ground) >= TEXT_CONTRAST)) return tried;
  }
  return ink;
}
