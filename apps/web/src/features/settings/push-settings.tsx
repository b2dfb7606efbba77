import type { ParleyClient } from '@parley/client';
import { useChatClient } from '@parley/react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { followConnection } from '../../hooks/follow-connection.js';
import { useCommand } from '../../hooks/use-command.js';
import { Alert } from '../../ui/field.js';
import { CHOICE } from '../../ui/radio-group.js';
import { privacy } from '../notifications/choices.js';
import { canPush, pushKey, subscribe, unsubscribe } from '../notifications/push.js';
import { pushChoice } from '../notifications/push-choice.js';

const REFUSED = 'The browser does not allow notifications. Its settings for this page do.';
const UNREACHED =
  'The browser cannot be told when Parley is closed: a private window never can, others need their push service.';

/** Whether this browser tells of messages while the app is closed; nothing where it cannot, or the server sends no pushes. */
export function PushSettings({ me }: { me: string }) {
  const client = useChatClient();
  const isOn = useStore(pushChoice.store).subscriber?.userId === me;
  const key = useKey(client);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { run, busy, error } = useCommand();
  if (key === null && !isOn) return null;
  async function choose(wanted: boolean) {
    setRefusal(null);
    if (!wanted || key === null) return unsubscribe(client, me);
    await Notification.requestPermission();
    if (Notification.permission !== 'granted') return setRefusal(REFUSED);
    try {
      await subscribe(client, { userId: me, key, isPrivate: privacy.store.getState().choice === 'on' });
    } catch (fault) {
      if (!(fault instanceof DOMException)) throw fault;
      setRefusal(UNREACHED);
    }
  }
  const why = refusal ?? error;
  return (
    <div>
      <label className={CHOICE}>
        <input
          type="checkbox"
          checked={isOn}
          // Not `disabled`, which would take the focus away.
          aria-disabled={busy || undefined}
          onChange={({ target }) => {
            if (!busy) void run(() => choose(target.checked));
          }}
        />
        Show notifications when Parley is closed
      </label>
      {why ? <Alert className="mt-2">{why}</Alert> : null}
    </div>
  );
}

/** Of the server, once it has said so; null: it has not, it sends no pushes, or the browser takes none. */
function useKey(client: ParleyClient): string | null {
  const [key, setKey] = useState<string | null>(null);
  useEffect(() => {
    if (!canPush()) return;
    let isOver = false;
    const ask = async () => {
      const got = await pushKey(client);
      if (!isOver) setKey(got);
    };
    const stop = followConnection(client, { online: () => void ask().catch(() => undefined) });
    return () => {
      isOver = true;
      stop();
    };
  }, [client]);
  return key;
}
