import { keptChoice } from '../../hooks/kept-choice.js';
import { pushChoice } from './push-choice.js';

/** All of them are of this device. */
type Switch = 'off' | 'on';

export const desktop = keptChoice<Switch>('parley.notifications', ['off', 'on']);
/** Whether a notification says nothing but that there is one. */
export const privacy = keptChoice<Switch>('parley.notifications.private', ['off', 'on']);
export const sound = keptChoice<Switch>('parley.sound', ['off', 'on']);

const ALL = [desktop, privacy, sound];

export function followChoices(): void {
  for (const each of ALL) each.follow();
  pushChoice.follow();
}

/** Browsers have them in secure pages alone. */
export const canNotify = (): boolean => 'Notification' in window && 'locks' in navigator;

/** Whether they are wanted, and allowed by the browser. */
export const mayNotify = (): boolean =>
  canNotify() && desktop.store.getState().choice === 'on' && Notification.permission === 'granted';
