/** Sizes in the reader's language. A step is 1024, so that limits that are set as such are round. */

const UNITS = ['kilobyte', 'megabyte', 'gigabyte'] as const;
const STEP = 1024;

const whole = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'byte', unitDisplay: 'long' });

/** "812 bytes", "1.21 MB"; no more digits than are of use, so that it fits a tile. */
export function fileSize(bytes: number): string {
  if (bytes < STEP) return whole.format(bytes);
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length);
  const value = bytes / STEP ** power;
  const maximumFractionDigits = value < 10 ? 2 : value < 100 ? 1 : 0;
  const unit = UNITS[power - 1];
  return value.toLocaleString(undefined, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits });
}
