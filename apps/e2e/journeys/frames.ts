import type { Page } from 'playwright-core';

/** Samples where a message stands in the view after each painted frame, until stopped. */
export async function watchPlace(page: Page, clientId: string): Promise<() => Promise<number[]>> {
  await page.evaluate((id) => {
    const places: number[] = [];
    const state = { places, on: true };
    Object.assign(window, { placeWatch: state });
    const channel = new MessageChannel();
    // A message sent from an animation frame is delivered after that frame was painted.
    channel.port1.onmessage = () => {
      const row = document.querySelector(`[data-client-id="${id}"]`);
      if (row) places.push(row.getBoundingClientRect().bottom);
      if (state.on) requestAnimationFrame(() => channel.port2.postMessage(null));
    };
    requestAnimationFrame(() => channel.port2.postMessage(null));
  }, clientId);
  return () =>
    page.evaluate(() => {
      const { placeWatch } = window as unknown as { placeWatch: { places: number[]; on: boolean } };
      placeWatch.on = false;
      return placeWatch.places;
    });
}

/** How far the samples lie apart. */
export function drift(places: readonly number[]): number {
  return Math.max(...places) - Math.min(...places);
}

/** The client id of the first row that reaches below this part of the view: 0 its top, 0.5 its middle. */
export function rowAt(page: Page, part: number): Promise<string> {
  return page.getByRole('feed').evaluate((list, at) => {
    const box = list.getBoundingClientRect();
    const rows = [...list.querySelectorAll<HTMLElement>('[data-client-id]')];
    const row = rows.find((one) => one.getBoundingClientRect().bottom > box.top + box.height * at + 1);
    return row?.dataset.clientId ?? '';
  }, part);
}
