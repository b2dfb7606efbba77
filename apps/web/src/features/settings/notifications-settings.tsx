import type { Me } from '@parley/protocol';
import { useState } from 'react';
import { useStore } from 'zustand';
import { Alert } from '../../ui/field.js';
import { CHOICE } from '../../ui/radio-group.js';
import { canNotify, desktop, privacy, sound } from '../notifications/choices.js';
import { pushChoice } from '../notifications/push-choice.js';
import { PushSettings } from './push-settings.js';

const UNABLE = 'This browser shows notifications of pages with a secure address (https) alone.';
const REFUSED = 'The browser does not allow them. Its settings for this page do.';

/** How one is told of new messages on this device. The browser is asked for its permission by a click alone. */
export function NotificationsSettings({ user }: { user: Me }) {
  const [refusal, setRefusal] = useState<string | null>(canNotify() ? null : UNABLE);
  const isDesktop = useIsOn(desktop);
  const isPushed = useStore(pushChoice.store).subscriber?.userId === user.id;
  const isPrivate = useIsOn(privacy);
  const isSound = useIsOn(sound);
  async function choose(isOn: boolean) {
    setRefusal(null);
    if (isOn) await Notification.requestPermission();
    // Not the answer: it may say `granted` where what the browser then shows is nothing.
    if (isOn && Notification.permission !== 'granted') return setRefusal(REFUSED);
    desktop.choose(isOn ? 'on' : 'off');
  }
  return (
    <>
      <p className="-mt-3 text-second text-ink-2">For this device. Muted conversations stay quiet.</p>
      <div>
        <label className={CHOICE}>
          <input
            type="checkbox"
            checked={isDesktop}
            disabled={!canNotify()}
            onChange={(event) => void choose(event.target.checked)}
          />
          Show notifications on the desktop
        </label>
        <label className={CHOICE}>
          <input
            type="checkbox"
            checked={isPrivate}
            disabled={!isDesktop && !isPushed}
            onChange={(event) => privacy.choose(event.target.checked ? 'on' : 'off')}
          />
          Without names and words
        </label>
        <label className={CHOICE}>
          <input
            type="checkbox"
            checked={isSound}
            disabled={!canNotify()}
            onChange={(event) => sound.choose(event.target.checked ? 'on' : 'off')}
          />
          Play a sound
        </label>
        <PushSettings me={user.id} />
        {refusal ? <Alert className="mt-2">{refusal}</Alert> : null}
      </div>
    </>
  );
}

function useIsOn({ store }: typeof desktop): boolean {
  return useStore(store).choice === 'on';
}
