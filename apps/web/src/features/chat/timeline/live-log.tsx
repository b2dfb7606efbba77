import type { MessageItem } from '@parley/client';
import type { Message } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useEffect, useRef, useState } from 'react';
import { Isolated, isolate } from '../../../ui/isolated.js';
import { nameOf, peopleStore } from '../../people/people.store.js';
import { onAnnouncement } from '../message/announcements.js';
import { plainText } from '../message/plain-text.js';
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
  const client = useChatClient();
  const [lines, setLines] = useState<Line[]>([]);
  const nextId = useRef(0);
  useEffect(() => {
    let waiting: Message[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = (text: string, about: string | null = null) => {
      nextId.current += 1;
      const line = { id: nextId.current, text, about };
      setLines((now) => [...now, line].slice(-KEPT));
    };
    const flush = () => {
      timer = undefined;
      const [first] = waiting;
      if (!first) return;
      if (waiting.length === 1) say(sentence(first), first.id);
      else say(summary(waiting));
      waiting = [];
      timer = setTimeout(flush, BURST_MS);
    };
    const stop = client.on('message:new', ({ message }) => {
      if (message.conversationId !== conversationId || message.senderId === me || message.type === 'system') return;
      waiting.push(message);
      if (timer === undefined) flush();
    });
    const stopDeletions = client.on('message:deleted', ({ message }) => {
      waiting = waiting.filter(({ id }) => id !== message.id);
      setLines((now) => now.filter(({ about }) => about !== message.id));
    });
    const stopAnnouncements = onAnnouncement(say);
    return () => {
      stop();
      stopDeletions();
      stopAnnouncements();
      clearTimeout(timer);
    };
  }, [client, conversationId, me]);
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

function sentence(message: Message): string {
  const name = nameOf(peopleStore.getState().byId, message.senderId);
  return `${isolate(name)}: ${isolate(plainText(message.content, LONGEST))}`;
}

function summary(messages: readonly Message[]): string {
  const people = new Set(messages.map((message) => message.senderId)).size;
  return `${messages.length} new messages from ${people === 1 ? 'one person' : `${people} people`}`;
}
