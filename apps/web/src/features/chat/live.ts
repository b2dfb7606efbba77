import type { Message } from '@parley/protocol';
import { connectionStore, onEvent } from '../../hooks/use-socket.js';
import { learnPeople, wantPeople } from '../people/people.store.js';
import { change, holdEvents, putItems, take } from './chat.store.js';
import { loadList, repair } from './chat-loader.js';
import type { DurableEvent } from './conversation-state.js';
import { received, receivedList } from './delivered-marks.js';
import { withMark } from './live-events.js';
import { flush } from './outbox.js';
import { withUnread } from './unread.js';

/** What arrived live, for those who announce it. */
type ArrivalListener = (message: Message) => void;
const arrivalListeners = new Set<ArrivalListener>();

/** Calls back for each message that arrives live. Returns how to stop. */
export function onArrival(listener: ArrivalListener): () => void {
  arrivalListeners.add(listener);
  return () => arrivalListeners.delete(listener);
}

const PATIENCE_MS = 1_500;

const DURABLE = [
  'message:new',
  'conversation:updated',
  'conversation:archived',
  'member:added',
  'member:updated',
  'member:removed',
] as const;

/** Leads the socket's events into the store. Returns how to stop. */
export function startLive(): () => void {
  // Without a socket the list is shown all the same.
  const patience = setTimeout(() => void loadList(), PATIENCE_MS);
  const stops = [
    ...DURABLE.map((name) =>
      onEvent(name, (payload) => {
        takeEvent({ name, payload } as DurableEvent);
      }),
    ),
    // Fetched once the socket listens, so that nothing falls between; after a reconnection it brings what was missed.
    onEvent('ready', () => {
      clearTimeout(patience);
      void loadList().then(() => {
        receivedList();
        flush();
      });
    }),
    onEvent('conversation:created', ({ conversation, version }) => {
      if (conversation.peer) learnPeople([conversation.peer]);
      putItems([{ ...conversation, version }]);
    }),
    onEvent('message:read', (event) => change(event.conversationId, (state) => withMark(state, event))),
    onEvent('message:delivered', (event) => change(event.conversationId, (state) => withMark(state, event))),
    onEvent('unread:updated', (event) => change(event.conversationId, (state) => withUnread(state, event))),
    onEvent('user:updated', ({ user }) => learnPeople([user])),
    connectionStore.subscribe(({ status }) => {
      if (status === 'offline') holdEvents();
    }),
  ];
  return () => {
    clearTimeout(patience);
    for (const stop of stops) stop();
  };
}

function takeEvent(event: DurableEvent): void {
  if ('members' in event.payload) learnPeople(event.payload.members.map((member) => member.user));
  wantPeople([event.payload.actorId]);
  const incomplete = take(event);
  if (incomplete !== null) void repair(incomplete);
  if (event.name !== 'message:new') return;
  const { message } = event.payload;
  received(message.conversationId, message.seq);
  for (const listener of arrivalListeners) listener(message);
}
