/** How reports write figures. */

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function time(milliseconds: number | null): string {
  return milliseconds === null ? '–' : `${milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`;
}

export function microseconds(value: number): string {
  return value > 0 ? `${value.toFixed(2)} µs` : '–';
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function verdict(target: string, met: boolean): string {
  return `  ${met ? 'met    ' : 'NOT MET'} ${target}`;
}
