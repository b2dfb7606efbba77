import { createStore } from 'zustand/vanilla';

/** The theme: a choice that is kept on this device, or the system's. `public/theme.js` sets it before the first paint. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'parley.theme';

export const themeStore = createStore<{ choice: ThemeChoice }>(() => ({ choice: 'system' }));

export function chooseTheme(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage may be switched off: the choice then lasts as long as the page.
  }
  apply(choice);
}

/** Follows the system and the other tabs. */
export function startTheme(): void {
  apply(stored());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => apply(themeStore.getState().choice));
  addEventListener('storage', (event) => {
    if (event.key === KEY) apply(stored());
  });
}

function apply(choice: ThemeChoice): void {
  const dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  themeStore.setState({ choice });
}

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}
