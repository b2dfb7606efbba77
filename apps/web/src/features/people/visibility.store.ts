import type { Me } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useRef, useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';

/**
 * Whether others see that I am here; chosen at once, and taken back with the reason where the server refuses it. One
 * request follows the other, so that the last choice is the one that the server keeps.
 */
export function useVisibility(user: Me) {
  const client = useChatClient();
  const [isHidden, setHidden] = useState(user.isHidden);
  const [error, setError] = useState<string | null>(null);
  const requests = useRef({ last: Promise.resolve(), wanted: user.isHidden, confirmed: user.isHidden });

  async function send(next: boolean) {
    const { current } = requests;
    if (current.wanted !== next) return;
    try {
      current.confirmed = (await client.updateMe({ isHidden: next })).isHidden;
    } catch (thrown) {
      if (current.wanted !== next) return;
      current.wanted = current.confirmed;
      setHidden(current.confirmed);
      setError(sentenceFor(thrown));
    }
  }

  function hide(next: boolean) {
    const { current } = requests;
    setHidden(next);
    setError(null);
    current.wanted = next;
    current.last = current.last.then(() => send(next));
  }

  return { isHidden, hide, error };
}
