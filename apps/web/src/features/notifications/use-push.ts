import type { ParleyClient } from '@parley/client';
import { useChatClient } from '@parley/react';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import { workerRegistration } from '../../api/service-worker.js';
import { followConnection } from '../../hooks/follow-connection.js';
import { privacy } from './choices.js';
import { canPush, renew } from './push.js';

/** What the service worker showed, as `sw.js` notes it. */
interface Shown {
  conversationId: string;
  seq: number;
}

/** The app's part of what the service worker does while it is closed: goes where a notification leads, and takes back what is read. */
export function usePush(me: string): void {
  const client = useChatClient();
  const isPrivate = useStore(privacy.store).choice === 'on';
  useOpening();
  useEffect(() => {
    if (!canPush()) return;
    const look = () => void closeRead(client).catch(() => undefined);
    // What was read elsewhere while the app was closed here is known once it is online.
    const stops = [client.on('unread:updated', look), followConnection(client, { online: look })];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client]);
  useEffect(() => {
    if (!canPush()) return;
    let isDone = false;
    const renewOnce = async () => {
      if (isDone) return;
      await renew(client, { userId: me, isPrivate });
      isDone = true;
    };
    // What fails, as without a network, is done when there is one again.
    return followConnection(client, { online: () => void renewOnce().catch(() => undefined) });
  }, [client, me, isPrivate]);
}

/** Goes where the worker says that a notification leads. */
function useOpening(): void {
  const [, navigate] = useLocation();
  const go = useRef(navigate);
  useEffect(() => {
    go.current = navigate;
  });
  useEffect(() => {
    if (!canPush()) return;
    const listen = ({ data }: MessageEvent<{ type?: string; path?: string } | null>) => {
      if (data?.type === 'open' && data.path) go.current(data.path);
    };
    navigator.serviceWorker.addEventListener('message', listen);
    return () => navigator.serviceWorker.removeEventListener('message', listen);
  }, []);
}

async function closeRead(client: ParleyClient): Promise<void> {
  const registration = await workerRegistration();
  for (const each of (await registration?.getNotifications()) ?? []) {
    const { conversationId, seq } = (each.data ?? {}) as Partial<Shown>;
    const item = conversationId ? client.conversation(conversationId).getSnapshot() : null;
    if (item && seq !== undefined && seq <= item.lastReadSeq) each.close();
  }
}
