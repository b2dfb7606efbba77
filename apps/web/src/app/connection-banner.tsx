import type { ConnectionSnapshot, ConnectionState } from '@parley/client';
import { useChatEvent, useSending } from '@parley/react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { addressSentence } from '../api/sentences.js';
import { authStore } from '../features/auth/auth.store.js';
import { useSocket } from '../hooks/use-socket.js';

/** Shorter breaks are not worth a word. */
const PATIENCE_MS = 1_000;
const AWAY: ReadonlySet<ConnectionState> = new Set(['connecting', 'syncing', 'offline']);

/** Says that the connection is lost, or that the server can store nothing, and what becomes of what is written then. */
export function ConnectionBanner() {
  const { connection, retryNow } = useSocket();
  const { waiting } = useSending();
  const { state, since, attempt, isBehind } = connection;
  const isFaulty = isOfFault(connection);
  const shown = useDelayed(AWAY.has(state) && !isFaulty, since + PATIENCE_MS);
  const { isAddressRefused } = useStore(authStore);
  const isStoreAway = useStoreAway(state) && state === 'online';
  return (
    <output className="col-span-full block">
      {shown ? (
        <span
          data-testid="conn-banner"
          className="flex flex-wrap items-center justify-center gap-x-3 border-b border-line bg-signal-wash px-4 py-1.5 text-second text-ink"
        >
          <span>
            <b className="font-strong text-signal-text">{leadOf(state, isAddressRefused)}</b>{' '}
            {isAddressRefused ? `${addressSentence()} ` : null}
            {waiting > 0 ? promiseOf(waiting) : progressOf(state, attempt)}
          </span>
          <button
            type="button"
            onClick={retryNow}
            className="rounded-inline px-1 py-0.5 font-medium text-accent underline-offset-2 hover:underline"
          >
            Try now
          </button>
        </span>
      ) : null}
      {isFaulty ? (
        <span
          data-testid="fault-banner"
          className="block border-b border-line bg-danger-wash px-4 py-1.5 text-center text-second text-ink"
        >
          <b className="font-strong text-danger">Something in this page is not right.</b> Reload it. What you wrote is
          kept here.
        </span>
      ) : null}
      {isBehind ? (
        <span
          data-testid="behind-banner"
          className="block border-b border-line bg-signal-wash px-4 py-1.5 text-center text-second text-ink"
        >
          <b className="font-strong text-signal-text">Catching up.</b> The connection is slow: newer messages are still
          coming.
        </span>
      ) : null}
      {isStoreAway ? (
        <span
          data-testid="store-banner"
          className="block border-b border-line bg-signal-wash px-4 py-1.5 text-center text-second text-ink"
        >
          <b className="font-strong text-signal-text">Nothing can be stored just now.</b> What you write is kept here,
          and sent as soon as it can be.
        </span>
      ) : null}
    </output>
  );
}

/** A defect keeps it from connecting: the attempts in between are no sign of a missing network. */
function isOfFault({ state, fault }: ConnectionSnapshot): boolean {
  return state === 'faulty' || (fault !== null && (state === 'connecting' || state === 'syncing'));
}

/** Whether the server has told that its database is away. Each connection is told anew. */
function useStoreAway(state: ConnectionState): boolean {
  const [away, setAway] = useState(false);
  useChatEvent('service:degraded', ({ part }) => part === 'database' && setAway(true));
  useChatEvent('service:restored', ({ part }) => part === 'database' && setAway(false));
  useEffect(() => {
    if (state === 'connecting' || state === 'offline') setAway(false);
  }, [state]);
  return away;
}

function leadOf(state: ConnectionState, isAddressRefused: boolean): string {
  if (isAddressRefused) return 'Not connected.';
  return state === 'syncing' ? 'Connected.' : 'Offline.';
}

function promiseOf(waiting: number): string {
  return `${waiting === 1 ? '1 message' : `${waiting} messages`} will send when you are back.`;
}

function progressOf(state: ConnectionState, attempt: number): string {
  if (state === 'syncing') return 'Catching up…';
  return attempt > 1 ? `Reconnecting, attempt ${attempt}…` : 'Reconnecting…';
}

/** True from `at` on for as long as `on` holds. */
function useDelayed(on: boolean, at: number): boolean {
  const [due, setDue] = useState(false);
  useEffect(() => {
    if (!on) {
      setDue(false);
      return;
    }
    const timer = setTimeout(() => setDue(true), Math.max(0, at - Date.now()));
    return () => clearTimeout(timer);
  }, [on, at]);
  return on && due;
}
