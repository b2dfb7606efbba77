import type { Events } from '@parley/protocol';
import { receiptReducers } from './reducers/receipt-reducers.js';
import type { Store } from './store.js';

type Receive<Name extends keyof Events> = (store: Store, payload: Events[Name]) => void;

/** Events without a place in their conversation's order. */
const RECEIVERS: { readonly [Name in keyof Events]?: Receive<Name> } = {
  'conversation:created': (store, { conversation: item, version }) => {
    const held = store.get(item.id);
    if (held ? held.epoch === store.epoch && held.cursor >= version : store.left.wasLeftAfter(item.id, version)) return;
    store.check(store.start(item, version, 'start'));
  },

  'user:updated': (store, { user }) => store.meet(user),

  'status:online': presence(true),
  'status:away': presence(true),
  'status:offline': presence(false),

  'message:read': marks('message:read'),
  'message:delivered': marks('message:delivered'),
  'unread:updated': marks('unread:updated'),
};

export function applyLoose<Name extends keyof Events>(store: Store, name: Name, payload: Events[Name]): void {
  const receive = RECEIVERS[name] as Receive<Name> | undefined;
  receive?.(store, payload);
}

function marks<Name extends keyof typeof receiptReducers>(name: Name): Receive<Name> {
  return (store, payload) => {
    const conversation = store.get(payload.conversationId);
    if (!conversation) return store.miss(payload.conversationId);
    receiptReducers[name](conversation, payload);
    store.check(conversation);
  };
}

function presence(isOnline: boolean): Receive<'status:online' | 'status:away' | 'status:offline'> {
  return (store, { userId, lastSeenAt }) => {
    for (const conversation of store.all()) {
      if (conversation.facts.peer?.id === userId) conversation.takePresence({ isOnline, lastSeenAt });
    }
  };
}
