import type { Me, UpdateMeBody } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';

/** Whether others see that I am here; chosen at once, and taken back with the reason where the server refuses it. */
export function useVisibility(user: Me) {
  const client = useChatClient();
  const [isHidden, setHidden] = useState(user.isHidden);
  const [error, setError] = useState<string | null>(null);
  function hide(next: boolean) {
    const body: UpdateMeBody = { isHidden: next };
    setHidden(next);
    setError(null);
    client.request<Me>('PATCH', 'users/me', body).catch((thrown: unknown) => {
      setHidden(!next);
      setError(sentenceFor(thrown));
    });
  }
  return { isHidden, hide, error };
}
