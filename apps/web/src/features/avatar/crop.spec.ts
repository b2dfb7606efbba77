import { describe, expect, it } from '@jest/globals';
import { FITTED, keptInside } from '../files/zoom.js';
import { cropOf } from './crop.js';

const WIDE = { width: 800, height: 400 };

describe('What is cut out of a picture', () => {
  it('is the square in its middle at first, and half of it where it is twice as large', () => {
    expect(cropOf(FITTED, WIDE, 200)).toEqual({ x: 200, y: 0, side: 400 });
    expect(cropOf({ ...FITTED, scale: 2 }, WIDE, 200)).toEqual({ x: 300, y: 100, side: 200 });
  });

  it('is what the stage shows: moved to the right, what stands on its left', () => {
    expect(cropOf({ scale: 1, x: 50, y: 0 }, WIDE, 200)).toEqual({ x: 100, y: 0, side: 400 });
    expect(cropOf({ scale: 2, x: 0, y: -30 }, WIDE, 200)).toEqual({ x: 300, y: 130, side: 200 });
  });

  it('never reaches beyond its edges', () => {
    const laidOut = { width: 400, height: 200 };
    const far = keptInside({ scale: 1, x: 10_000, y: 10_000 }, laidOut, { width: 200, height: 200 });
    expect(cropOf(far, WIDE, 200)).toEqual({ x: 0, y: 0, side: 400 });
    expect(cropOf({ scale: 1, x: -10_000, y: 5 }, WIDE, 200)).toEqual({ x: 400, y: 0, side: 400 });
  });
});
