import { useStore } from 'zustand';
import { chooseDensity, type DensityChoice, densityStore } from '../../hooks/density.js';
import { chooseTheme, type ThemeChoice, themeStore } from '../../hooks/theme.js';
import { Choice } from './choice.js';
import { Group } from './group.js';

const THEMES: { value: ThemeChoice; words: string }[] = [
  { value: 'system', words: 'Like the system' },
  { value: 'light', words: 'Light' },
  { value: 'dark', words: 'Dark' },
];

const DENSITIES: { value: DensityChoice; words: string }[] = [
  { value: 'comfortable', words: 'Comfortable' },
  { value: 'compact', words: 'Compact: more messages at a time' },
];

/** How the app looks on this device. */
export function AppearanceSettings() {
  const { choice: theme } = useStore(themeStore);
  const { choice: density } = useStore(densityStore);
  return (
    <>
      <p className="-mt-3 text-second text-ink-2">Kept in this browser, for all of its tabs.</p>
      <Choice legend="Theme" options={THEMES} value={theme} onChange={chooseTheme} />
      <Choice legend="Density of messages" options={DENSITIES} value={density} onChange={chooseDensity} />
      <Group title="Language">
        <p className="text-body">English. Dates and times are written as your browser is set to.</p>
      </Group>
    </>
  );
}
