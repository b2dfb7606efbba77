/** RGB of CMYK without a profile, by the plain rule: ink takes light away. */
export function rgbOfCmyk(cmyk: Buffer): Buffer {
  const rgb = Buffer.alloc((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4, to += 3) {
    const white = 255 - (cmyk[from + 3] ?? 0);
    for (let ink = 0; ink < 3; ink += 1) rgb[to + ink] = Math.round(((255 - (cmyk[from + ink] ?? 0)) * white) / 255);
  }
  return rgb;
}
