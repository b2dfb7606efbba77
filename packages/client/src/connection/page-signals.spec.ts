import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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
    stop = listenToPage({ onWake: () => told.push('wake'), onHide: () => told.push('hide') });
  });
  afterEach(() => {
    stop();
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
    expect(told).toEqual(['hide']);
  });

  it('is not heard any more after that', () => {
    stop();
    turn('hidden');
    window.dispatchEvent(new Event('pagehide'));
    expect(told).toEqual([]);
  });
});
