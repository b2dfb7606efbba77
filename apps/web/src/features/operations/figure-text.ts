const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(undefined);

/** "0.25", "38.2", "1,240": no more digits than are of use. */
export const figureText = (value: number): string =>
  Math.abs(value) < 1_000 ? short.format(value) : whole.format(Math.round(value));

export const msText = (ms: number | null): string => (ms === null ? '–' : `${figureText(ms)} ms`);

export const percentText = (percent: number): string => `${figureText(Math.round(percent))} %`;
