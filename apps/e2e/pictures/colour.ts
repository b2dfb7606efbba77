/** CIELAB. */
export type Lab = readonly [l: number, a: number, b: number];

/** Of sRGB, 8 bits a channel, seen in the light of D65. */
export function labOf(rgb: Uint8Array): Lab {
  const [r = 0, g = 0, b = 0] = Array.from(rgb, (each) => {
    const part = each / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const bent = (part: number) => (part > 0.008_856 ? Math.cbrt(part) : 7.787 * part + 16 / 116);
  const x = bent((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.950_47);
  const y = bent(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = bent((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.088_83);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** How different two colours look, by CIE76: 1 is hardly seen, 10 at a glance. */
export function deltaE(one: Lab, other: Lab): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}
