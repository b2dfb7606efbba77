import { describe, expect, it } from '@jest/globals';
import { FITTED, keptInside, LARGEST_SCALE, swipeOf, zoomedAt } from './zoom.js';

const STAGE = { width: 800, height: 600 };

describe('Zoom', () => {
  it('A4: what is under the pointer stays there', () => {
    const point = { x: 100, y: -50 };
    const once = zoomedAt(FITTED, 2, point);
    expect(once).toEqual({ scale: 2, x: -100, y: 50 });
    expect(zoomedAt(once, 0.5, point)).toEqual(FITTED);
  });

  it('A4: is never smaller than what fits, nor larger than makes sense', () => {
    expect(zoomedAt(FITTED, 0.1, { x: 0, y: 0 }).scale).toBe(1);
    expect(zoomedAt(FITTED, 100, { x: 0, y: 0 }).scale).toBe(LARGEST_SCALE);
  });

  it('A4: an enlarged picture is moved as far as its edges, a small one stays in the middle', () => {
    const picture = { width: 800, height: 200 };
    expect(keptInside({ scale: 2, x: 900, y: 900 }, picture, STAGE)).toEqual({ scale: 2, x: 400, y: 0 });
    expect(keptInside({ scale: 2, x: -900, y: -900 }, picture, STAGE)).toEqual({ scale: 2, x: -400, y: -0 });
  });

  it('A4: a swipe leads to the next picture or the one before, or down to the end', () => {
    expect(swipeOf({ x: -80, y: 20 })).toBe('next');
    expect(swipeOf({ x: 80, y: -20 })).toBe('previous');
    expect(swipeOf({ x: 10, y: 120 })).toBe('close');
    expect(swipeOf({ x: 30, y: 10 })).toBeNull();
    expect(swipeOf({ x: 90, y: 90 })).toBeNull();
  });
});
