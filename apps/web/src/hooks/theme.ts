import { keptChoice } from './kept-choice.js';

/** The theme: the choice kept on this device, or the system's. `public/theme.js` applies it before the first paint. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const theme = keptChoice<ThemeChoice>('parley.theme', ['system', 'light', 'dark']);

export const themeStore = theme.store;
export const chooseTheme = theme.choose;

/** Follows the system and the other tabs. */
export function startTheme(): void {
  theme.follow();
  themeStore.subscribe(apply);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
  apply();
}

function apply(): void {
  const { choice } = themeStore.getState();
  const dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}
