import type { ParleyClient } from '@parley/client';
import type { Message } from '@parley/protocol';
import { BASE_PATH } from '../../api/http.js';
import { settingsOf } from '../../hooks/own-settings.js';
import { settingsStore } from '../../hooks/own-settings.store.js';
import { nameOf } from '../people/names.js';
import { chime } from './chime.js';
import { canNotify, mayNotify, privacy, sound } from './choices.js';
import { holdLead } from './leader.js';
import { isWanted, noticeOf } from './notice.js';
import { watchTabs } from './watching-tabs.js';

/** The one that is shown of a conversation. */
interface Shown {
  seq: number;
  messageId: string;
  notification: Notification;
}

interface Options {
  client: ParleyClient;
  me: string;
  /** Leads to a message in this tab. */
  open: (conversationId: string, seq: number) => void;
}

/**
 * Tells of messages in conversations that the reader is not looking at: one tab of all does, one notification a
 * conversation, which goes once that is read anywhere. Returns how to stop.
 */
export function startNotifier({ client, me, open }: Options): () => void {
  if (!canNotify()) return () => undefined;
  const [lead, tabs] = [holdLead(me), watchTabs(me)];
  const shown = new Map<string, Shown>();
  const close = (conversationId: string, fits: (each: Shown) => boolean) => {
    const each = shown.get(conversationId);
    if (!each || !fits(each)) return;
    shown.delete(conversationId);
    each.notification.close();
  };
  const stops = [
    client.on('message:new', ({ conversationId, message }) => {
      if (!lead.isLeader() || tabs.isWatched(conversationId) || !isForMe(client, me, message)) return;
      if (sound.store.getState().choice === 'on') chime();
      const next = mayNotify() ? show({ client, me, open }, message) : null;
      if (next) shown.set(conversationId, next);
    }),
    client.on('unread:updated', ({ conversationId, lastReadSeq }) =>
      close(conversationId, ({ seq }) => seq <= lastReadSeq),
    ),
    client.on('message:deleted', ({ conversationId, message }) =>
      close(conversationId, ({ messageId }) => messageId === message.id),
    ),
    client.on('message:new', ({ conversationId, message }) =>
      close(conversationId, ({ seq }) => message.senderId === me && seq < message.seq),
    ),
    lead.stop,
    tabs.stop,
  ];
  return () => {
    for (const stop of stops) stop();
    for (const id of [...shown.keys()]) close(id, () => true);
  };
}

function isForMe(client: ParleyClient, me: string, message: Message): boolean {
  const item = client.conversation(message.conversationId).getSnapshot();
  const { known } = settingsStore.getState();
  const blocked = client.blocked.getSnapshot();
  const isBlocked = (id: string) => blocked.has(id);
  // It may have been read on another device before it came here.
  if (item === null || message.seq <= item.lastReadSeq) return false;
  return isWanted(message, settingsOf(item, known, client.serverNow()), { me, isBlocked });
}

/** Null where the browser shows none: Chrome for Android has them, but only of a worker. */
function show({ client, me, open }: Options, message: Message): Shown | null {
  const { conversationId, seq, id: messageId } = message;
  const item = client.conversation(conversationId).getSnapshot();
  if (!item) throw new Error('It is of no conversation.');
  const people = client.people.getSnapshot();
  const { title, body } = noticeOf(message, item, {
    me,
    isBlocked: () => false,
    nameOf: (id) => nameOf(people, id),
    isPrivate: privacy.store.getState().choice === 'on',
  });
  // By its tag it takes the place of the one before; `renotify`, which not all browsers know, makes it be noticed.
  const options = { body, tag: conversationId, renotify: true, icon: `${BASE_PATH}/icon.svg` };
  const notification = made(title, options);
  if (!notification) return null;
  notification.addEventListener('click', () => {
    notification.close();
    window.focus();
    open(conversationId, seq);
  });
  return { seq, messageId, notification };
}

function made(title: string, options: NotificationOptions): Notification | null {
  try {
    return new Notification(title, options);
  } catch {
    return null;
  }
}
