import type { ConversationView } from '@parley/client';
import { useChatClient } from '@parley/react';
import { useEffect, useRef, useState } from 'react';
import type { Row } from '../message/row.js';
import type { OpenConversation } from '../open-conversation.js';
import { MentionsAbove, type Sighting } from './mentions-above.js';
import type { Jump } from './use-jump.js';

interface Options {
  view: ConversationView;
  messages: OpenConversation['messages'];
  me: string;
  rows: readonly Row[];
  jump: Jump;
  /** The indexes of the rows at the top and at the bottom of the view; null while there are none. */
  inView: () => { top: number; low: number } | null;
}

export interface MentionsNotice {
  /** How many unread messages that mention me lie above the view. */
  count: number;
  /** Goes to the nearest of them, and loads older messages until it is there. */
  go: () => Promise<void>;
  /** To be called when the view has moved. */
  look: () => void;
}

/** More pages than these are not fetched for one click. */
const MOST_PAGES = 40;

/** Unread messages that mention me above the view: where the reader went on to the newest ones without having seen them. */
export function useMentionsAbove({ view, messages, me, rows, jump, inView }: Options): MentionsNotice {
  const client = useChatClient();
  const [count, setCount] = useState(0);
  const shown = useRef(0);
  const [above] = useState(
    () => new MentionsAbove(me, { readSeq: view.lastReadSeq, lastSeq: view.lastSeq, mentions: view.mentionCount }),
  );
  const look = () => {
    const seen = sighting(rows, inView());
    if (!seen) return;
    const next = above.look(messages, seen);
    // React may render once more for the same value, and so for ever while messages pour in.
    if (next !== shown.current) {
      shown.current = next;
      setCount(next);
    }
  };
  // Without dependencies: what is in view changes with what is drawn.
  useEffect(look);

  async function go() {
    const seen = sighting(rows, inView());
    if (!seen) return;
    const list = client.messages(view.id);
    const loaded = () => list.getSnapshot();
    let first = firstSeq(loaded());
    let next = above.nearest(first, seen.top);
    for (let pages = 0; next === null && loaded().hasOlder && first > 1 && pages < MOST_PAGES; pages += 1) {
      await list.loadOlder();
      if (loaded().error !== null || firstSeq(loaded()) === first) break;
      first = firstSeq(loaded());
      above.look(loaded(), { top: seen.top, low: seen.top });
      next = above.nearest(first, seen.top);
    }
    next ??= above.nearest(0, seen.top);
    if (next !== null) await jump.go(next);
  }

  return { count, go, look };
}

function sighting(rows: readonly Row[], seen: ReturnType<Options['inView']>): Sighting | null {
  const top = rows.slice(seen?.top ?? rows.length).find(({ message }) => message)?.message;
  const low = rows.slice(0, (seen?.low ?? -1) + 1).findLast(({ message }) => message)?.message;
  return top && low ? { top: top.seq, low: low.seq } : null;
}

function firstSeq({ items }: Pick<OpenConversation['messages'], 'items'>): number {
  for (const item of items) if (item.kind === 'stored') return item.message.seq;
  return 0;
}
