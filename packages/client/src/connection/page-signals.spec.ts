import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { listenToPage } from './page-signals.js';

describe('What a page tells', () => {
  const before = { window: globalThis.window, document: globalThis.document };
  let page: EventTarget & { visibilityState: string };
  let told: string[];
  let stop: () => void;

  beforeEach(() => {
    page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    Object.assign(globalThis, { window: new EventTarget(), document: page });
    told = [];
    jest.useFakeTimers();
    stop = listenToPage({
      onWake: () => told.push('wake'),
      onHide: () => told.push('hide'),
      onFreeze: () => told.push('freeze'),
      onIdle: (isIdle) => told.push(isIdle ? 'idle' : 'busy'),
    });
  });
  afterEach(() => {
    stop();
    jest.useRealTimers();
    Object.assign(globalThis, before);
  });

  const turn = (visibilityState: string) => {
    page.visibilityState = visibilityState;
    page.dispatchEvent(new Event('visibilitychange'));
  };

  it('is that it is looked at or not', () => {
    turn('hidden');
    turn('visible');
    window.dispatchEvent(new Event('online'));
    expect(told).toEqual(['hide', 'wake', 'wake']);
  });

  it('is that it is left, also where it was never invisible', () => {
    window.dispatchEvent(new Event('pagehide'));
    expect(told).toEqual(['hide', 'freeze']);
  });

  it('S3.25: is that it stops and goes on, as in the back/forward cache', () => {
    page.dispatchEvent(new Event('freeze'));
    page.dispatchEvent(new Event('resume'));
    window.dispatchEvent(new Event('pageshow'));
    expect(told).toEqual(['hide', 'freeze', 'wake', 'wake']);
  });

  it('S3.25: is that nobody has touched it for five minutes, and that somebody does again, or looks at it', () => {
    jest.advanceTimersByTime(4 * 60_000);
    window.dispatchEvent(new Event('pointermove'));
    jest.advanceTimersByTime(4 * 60_000);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(70_000);
    window.dispatchEvent(new Event('keydown'));
    turn('hidden');
    jest.advanceTimersByTime(6 * 60_000);
    turn('visible');
    expect(told).toEqual(['idle', 'busy', 'hide', 'idle', 'wake', 'busy']);
  });

  it('S2.26: is that nobody rests any more once it is not listened to, as the next listener begins', () => {
    jest.advanceTimersByTime(6 * 60_000);
    stop();
    stop();
    expect(told).toEqual(['idle', 'busy']);
  });

  it('is not heard any more after that', () => {
    stop();
    turn('hidden');
    window.dispatchEvent(new Event('pagehide'));
    jest.advanceTimersByTime(6 * 60_000);
    expect(told).toEqual([]);
  });
});
