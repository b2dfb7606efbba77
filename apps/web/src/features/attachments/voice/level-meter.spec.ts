import { describe, expect, it } from '@jest/globals';
import { levelOf } from './level-meter.js';

describe('The level of sound', () => {
  const wave = (height: number) => new Uint8Array(64).map((_, index) => 128 + (index % 2 === 0 ? height : -height));

  it('is nothing in silence, rises with the sound, and has an end', () => {
    const [silent, quiet, loud, clipped] = [0, 8, 32, 127].map((height) => levelOf(wave(height)));
    expect(silent).toBe(0);
    expect(quiet).toBeCloseTo(0.19, 2);
    expect(loud).toBeCloseTo(0.75, 2);
    expect(clipped).toBe(1);
    expect(levelOf(new Uint8Array())).toBe(0);
  });
});
