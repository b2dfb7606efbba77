import { useChatClient } from '@parley/react';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import { desktop, sound } from './choices.js';

/** Tells of new messages where that was chosen on this device. What does so is not fetched before. */
export function useNotifications(me: string): void {
  const client = useChatClient();
  const [, navigate] = useLocation();
  const go = useRef(navigate);
  useEffect(() => {
    go.current = navigate;
  });
  const isNotified = useStore(desktop.store).choice === 'on';
  const isHeard = useStore(sound.store).choice === 'on';
  const isOn = isNotified || isHeard;
  useEffect(() => {
    if (!isOn) return;
    let stop: (() => void) | null = null;
    let isOver = false;
    void import('./notifier.js').then(
      ({ startNotifier }) => {
        const open = (id: string, seq: number) => go.current(`/c/${id}/m/${seq}`);
        if (!isOver) stop = startNotifier({ client, me, open });
      },
      () => undefined,
    );
    return () => {
      isOver = true;
      stop?.();
    };
  }, [client, me, isOn]);
}
