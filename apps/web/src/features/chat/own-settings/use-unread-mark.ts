import type { ConversationListItem, Message } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useCallback, useEffect, useState } from 'react';
import { changeSettings, tryToChange, useSettings } from '../../../hooks/own-settings.store.js';
import { announce } from '../../../ui/announcements.js';

/** The message from which on I had marked it as unread when it was opened, which ends the mark; and how to mark it. */
export function useUnreadMark(
  item: Pick<ConversationListItem, 'id' | 'settings'>,
): [openedAt: number | null, mark: (message: Message) => void] {
  const client = useChatClient();
  const { id } = item;
  const { unreadSeq } = useSettings(item);
  const [openedAt] = useState(unreadSeq);
  useEffect(() => {
    if (openedAt !== null) changeSettings(client, id, { unreadSeq: null }).catch(() => undefined);
  }, [client, id, openedAt]);
  const mark = useCallback(
    ({ seq }: Message) => {
      void tryToChange(client, id, { unreadSeq: seq }).then((isMarked) => isMarked && announce('Marked as unread'));
    },
    [client, id],
  );
  return [openedAt, mark];
}
