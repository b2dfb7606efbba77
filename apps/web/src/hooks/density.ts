import { keptChoice } from './kept-choice.js';

/** How close messages stand: the choice kept on this device. */
export type DensityChoice = 'comfortable' | 'compact';

const density = keptChoice<DensityChoice>('parley.density', ['comfortable', 'compact']);

export const densityStore = density.store;
export const chooseDensity = density.choose;

/** Follows the other tabs; `chat.css` does the rest. */
export function startDensity(): void {
  density.follow();
  densityStore.subscribe(apply);
  apply();
}

function apply(): void {
  document.documentElement.dataset.density = densityStore.getState().choice;
}
