import type { MessageItem, ParleyClient } from '@parley/client';
import type { Message } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useEffect, useRef, useState } from 'react';
import { onAnnouncement } from '../../../ui/announcements.js';
import { Isolated, isolate } from '../../../ui/isolated.js';
import { BLOCKED_WORDS } from '../../people/blocked-words.js';
import { nameOf } from '../../people/names.js';
import { messageWords } from '../message/message-words.js';
import { useChangeAnnouncements } from './use-change-announcements.js';

const KEPT = 10;
const LONGEST = 200;
/** Messages within this time are summed up: nobody can listen to each of them. */
const BURST_MS = 2_000;

interface Line {
  id: number;
  text: string;
  /** The message whose words are in it. */
  about: string | null;
}

/**
 * Reads out what arrives and what is done in the open conversation. A region of its own, since the list draws old rows
 * while it is scrolled, which a screen reader would read as new.
 */
export function LiveLog({ conversationId, me, items }: LiveLogProps) {
  const lines = useLines(conversationId, me);
  useChangeAnnouncements(conversationId, me);
  // A deletion that came with a sync after a break has no event.
  const deleted = deletedAmong(items, lines);
  return (
    <div role="log" aria-live="polite" aria-relevant="additions" aria-label="New messages" className="sr-only">
      {lines.map(({ id, text, about }) =>
        about !== null && deleted.has(about) ? null : (
          <p key={id}>
            <Isolated text={text} />
          </p>
        ),
      )}
    </div>
  );
}

function useLines(conversationId: string, me: string): Line[] {
  const client = useChatClient();
  const [lines, setLines] = useState<Line[]>([]);
  const nextId = useRef(0);
  useEffect(() => {
    const say: Say = (text, about) => {
      nextId.current += 1;
      const line = { id: nextId.current, text, about };
      setLines((now) => [...now, line].slice(-KEPT));
    };
    const summary = createSummary(say, (message) => sentence(client, message));
    const stops = [
      client.on('message:new', ({ message }) => {
        const isOthers = message.senderId !== me && message.type !== 'system';
        if (message.conversationId === conversationId && isOthers) summary.add(message);
      }),
      client.on('message:deleted', ({ message }) => {
        summary.remove(message.id);
        setLines((now) => now.filter(({ about }) => about !== message.id));
      }),
      onAnnouncement(say),
      summary.stop,
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, conversationId, me]);
  return lines;
}

type Say = (text: string, about: string | null) => void;

/** Says a message at once, and those that follow within `BURST_MS` in one sentence. */
function createSummary(say: Say, sentenceOf: (message: Message) => string) {
  let waiting: Message[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    const [first] = waiting;
    if (!first) return;
    if (waiting.length === 1) say(sentenceOf(first), first.id);
    else say(countOf(waiting), null);
    waiting = [];
    timer = setTimeout(flush, BURST_MS);
  };
  return {
    add: (message: Message) => {
      waiting.push(message);
      if (timer === undefined) flush();
    },
    remove: (messageId: string) => {
      waiting = waiting.filter(({ id }) => id !== messageId);
    },
    stop: () => clearTimeout(timer),
  };
}

interface LiveLogProps {
  conversationId: string;
  me: string;
  items: readonly MessageItem[];
}

function deletedAmong(items: readonly MessageItem[], lines: readonly Line[]): Set<string> {
  const mentioned = new Set(lines.map(({ about }) => about));
  return new Set(
    items.flatMap((item) =>
      item.kind === 'stored' && item.message.isDeleted && mentioned.has(item.message.id) ? item.message.id : [],
    ),
  );
}

function sentence(client: ParleyClient, message: Message): string {
  if (client.blocked.getSnapshot().has(message.senderId)) return BLOCKED_WORDS;
  return `${isolate(nameOf(client.people.getSnapshot(), message.senderId))}: ${isolate(messageWords(message, LONGEST))}`;
}

function countOf(messages: readonly Message[]): string {
  const people = new Set(messages.map((message) => message.senderId)).size;
  return `${messages.length} new messages from ${people === 1 ? 'one person' : `${people} people`}`;
}
