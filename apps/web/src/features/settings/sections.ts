/** The sections of the settings, in their order. `name`: in the address; `words`: by what else it is looked for. */
export const SECTIONS = [
  { name: 'profile', title: 'Profile', words: 'name, picture, presence' },
  { name: 'appearance', title: 'Appearance', words: 'theme, dark, light, density' },
  { name: 'writing', title: 'Writing', words: 'Enter key' },
  { name: 'notifications', title: 'Notifications', words: 'desktop, sound' },
  { name: 'sessions', title: 'Sessions', words: 'devices' },
  { name: 'blocked', title: 'Blocked people', words: 'unblock' },
  { name: 'account', title: 'Account', words: 'password, export, delete' },
] as const;

export type Section = (typeof SECTIONS)[number];

export const settingsPath = ({ name }: Section): string => `/settings/${name}`;
