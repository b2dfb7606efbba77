import type { Message } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useEffect, useRef, useState } from 'react';
import { nameOf, peopleStore } from '../people/people.store.js';
import { onAnnouncement } from './announcements.js';
import { plainText } from './plain-text.js';
import { useToldChanges } from './use-told-changes.js';

const KEPT = 10;
const LONGEST = 200;
/** Two within this time become a number: nobody can listen that fast. */
const BURST_MS = 2_000;

interface Line {
  id: number;
  text: string;
}

/**
 * Reads out what arrives and what is done in the open conversation. A region of its own: the list itself draws old rows while scrolling,
 * and a screen reader would read those too.
 */
export function LiveLog({ conversationId, me }: { conversationId: string; me: string }) {
  const client = useChatClient();
  const [lines, setLines] = useState<Line[]>([]);
  const nextId = useRef(0);
  useEffect(() => {
    let waiting: Message[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = (text: string) => {
      nextId.current += 1;
      const line = { id: nextId.current, text };
      setLines((now) => [...now, line].slice(-KEPT));
    };
    const flush = () => {
      timer = undefined;
      if (waiting.length === 0) return;
      const text = waiting.length === 1 ? sentence(waiting[0] as Message) : summary(waiting);
      waiting = [];
      say(text);
      timer = setTimeout(flush, BURST_MS);
    };
    const stop = client.on('message:new', ({ message }) => {
      if (message.conversationId !== conversationId || message.senderId === me || message.type === 'system') return;
      waiting.push(message);
      if (timer === undefined) flush();
    });
    const stopAnnouncements = onAnnouncement(say);
    return () => {
      stop();
      stopAnnouncements();
      clearTimeout(timer);
    };
  }, [client, conversationId, me]);
  useToldChanges(conversationId, me);
  return (
    <div role="log" aria-live="polite" aria-relevant="additions" aria-label="New messages" className="sr-only">
      {lines.map((line) => (
        <p key={line.id}>{line.text}</p>
      ))}
    </div>
  );
}

function sentence(message: Message): string {
  return `${nameOf(peopleStore.getState().byId, message.senderId)}: ${plainText(message.content, LONGEST)}`;
}

function summary(messages: readonly Message[]): string {
  const people = new Set(messages.map((message) => message.senderId)).size;
  return `${messages.length} new messages from ${people === 1 ? 'one person' : `${people} people`}`;
}
