import type { ConnectionSnapshot, ConnectionState } from '@parley/client';
import { useChatEvent, useSending } from '@parley/react';
import { type ReactNode, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { addressSentence } from '../api/sentences.js';
import { authStore } from '../features/auth/auth.store.js';
import { useSocket } from '../hooks/use-socket.js';
import { classes } from '../ui/classes.js';

/** Breaks shorter than this are not shown. */
const SHORT_BREAK_MS = 1_000;
const AWAY: ReadonlySet<ConnectionState> = new Set(['connecting', 'syncing', 'offline']);

/** Says that the connection is lost or that the server can store nothing, and what happens to what is written then. */
export function ConnectionBanner() {
  const { connection, retryNow } = useSocket();
  const { state, since, isBehind } = connection;
  const isFaulty = isOfFault(connection);
  const isAway = useDelayed(AWAY.has(state) && !isFaulty, since + SHORT_BREAK_MS);
  const isStoreAway = useStoreAway(state) && state === 'online';
  return (
    <output className="block">
      {isAway ? <AwayNotice connection={connection} onRetry={retryNow} /> : null}
      {isFaulty ? (
        <Notice testId="fault-banner" kind="danger" lead="Something in this page is not right.">
          Reload it. What you wrote is kept here.
        </Notice>
      ) : null}
      {isBehind ? (
        <Notice testId="behind-banner" kind="signal" lead="Catching up.">
          The connection is slow: newer messages are still coming.
        </Notice>
      ) : null}
      {isStoreAway ? (
        <Notice testId="store-banner" kind="signal" lead="Nothing can be stored just now.">
          What you write is kept here, and sent as soon as it can be.
        </Notice>
      ) : null}
    </output>
  );
}

function AwayNotice({ connection, onRetry }: { connection: ConnectionSnapshot; onRetry: () => void }) {
  const { state, attempt } = connection;
  const { waiting } = useSending();
  const { isAddressRefused } = useStore(authStore);
  return (
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
        onClick={onRetry}
        className="rounded-inline px-1 py-0.5 font-medium text-accent underline-offset-2 hover:underline"
      >
        Try now
      </button>
    </span>
  );
}

interface NoticeProps {
  testId: string;
  kind: 'signal' | 'danger';
  lead: string;
  children: ReactNode;
}

function Notice({ testId, kind, lead, children }: NoticeProps) {
  const isDanger = kind === 'danger';
  return (
    <span
      data-testid={testId}
      className={classes(
        'block border-b border-line px-4 py-1.5 text-center text-second text-ink',
        isDanger ? 'bg-danger-wash' : 'bg-signal-wash',
      )}
    >
      <b className={classes('font-strong', isDanger ? 'text-danger' : 'text-signal-text')}>{lead}</b> {children}
    </span>
  );
}

/** A fault of the program prevents the connection; the attempts in between do not mean that the network is missing. */
function isOfFault({ state, fault }: ConnectionSnapshot): boolean {
  return state === 'faulty' || (fault !== null && (state === 'connecting' || state === 'syncing'));
}

/** Whether the server has reported that its database is unavailable. It reports that on each connection again. */
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
