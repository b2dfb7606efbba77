import type {
  Ack,
  CommandName,
  Commands,
  ErrorCode,
  ErrorObject,
  EventName,
  Events,
  SendCommand,
  SendResult,
} from '@parley/protocol';
import { io, type Socket } from 'socket.io-client';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { API_URL, type Refusal } from '../api/http.js';
import { freshToken, refresh } from '../features/auth/auth.store.js';

/** One socket for the whole app: every component that asks shares it. */
export interface Connection {
  /** `idle`: not wanted (signed out). `offline`: lost, and being tried again for as long as it takes. */
  status: 'idle' | 'connecting' | 'online' | 'offline';
  /** When it was lost, or when it was first tried; milliseconds. */
  since: number;
}

/** What a command failed with. `offline`: not sent, or its answer was lost. `timeout`: no answer in time. */
export class CommandError extends Error {
  constructor(readonly refusal: Refusal | ErrorObject | { code: 'offline' | 'timeout'; message: string }) {
    super(refusal.message);
  }

  get code(): ErrorCode | 'network' | 'offline' | 'timeout' {
    return this.refusal.code;
  }
}

type Listener = (payload: unknown) => void;

const ACK_MS = 10_000;
const HANDSHAKE_MS = 8_000;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** Refusals of the handshake after which a new token may be taken. */
const RENEWABLE: ReadonlySet<string> = new Set<ErrorCode>(['token_expired', 'unauthenticated']);

export const connectionStore = createStore<Connection>(() => ({ status: 'idle', since: 0 }));

let socket: Socket | null = null;
let comeBack: ReturnType<typeof setTimeout> | undefined;
let refusals = 0;
const listeners = new Map<string, Set<Listener>>();

/** Opens the socket; a second call changes nothing. */
export function openSocket(): void {
  if (socket) return;
  connectionStore.setState({ status: 'connecting', since: Date.now() });
  socket = io(API_URL === '' ? location.origin : API_URL, {
    path: '/socket.io',
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    withCredentials: API_URL !== '',
    reconnectionAttempts: Number.POSITIVE_INFINITY,
    reconnectionDelay: RETRY_MIN_MS,
    reconnectionDelayMax: RETRY_MAX_MS,
    randomizationFactor: 0.5,
    // A proxy that takes the connection and drops it before the handshake costs this long, not Socket.IO's 20 s.
    timeout: HANDSHAKE_MS,
    // A function: each attempt brings a token that is still good.
    auth: (answer) => {
      freshToken().then(
        (token) => answer({ token }),
        () => answer({}),
      );
    },
  });
  watch(socket);
  for (const [name, set] of listeners) for (const listener of set) socket.on(name, listener);
}

/** Closes the socket for good (signing out). */
export function closeSocket(): void {
  clearTimeout(comeBack);
  socket?.disconnect();
  socket = null;
  connectionStore.setState({ status: 'idle', since: Date.now() });
}

/** Tries at once instead of waiting for the next turn: "Try now", the network's return, a machine that woke up. */
function retryNow(): void {
  if (!socket || connectionStore.getState().status !== 'offline') return;
  clearTimeout(comeBack);
  socket.disconnect().connect();
}

/** Listens to an event on this socket and on every later one. Returns how to stop. */
export function onEvent<Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void): () => void {
  const event: string = name;
  const own = listener as Listener;
  const set = listeners.get(event) ?? new Set();
  listeners.set(event, set.add(own));
  socket?.on(event, own);
  return () => {
    set.delete(own);
    socket?.off(event, own);
  };
}

/** Sends a command and waits for its acknowledgement. Throws `CommandError`. */
async function command<Name extends CommandName>(
  name: Name,
  payload: Commands[Name]['payload'],
): Promise<Commands[Name]['result']> {
  // Never into Socket.IO's own buffer: it would be sent late and unasked.
  if (!socket?.connected) throw new CommandError({ code: 'offline', message: 'There is no connection.' });
  let answer: Ack<Commands[Name]['result']>;
  try {
    const answered: unknown = await socket.timeout(ACK_MS).emitWithAck(name, payload);
    answer = answered as Ack<Commands[Name]['result']>;
  } catch {
    const code = socket?.connected ? 'timeout' : 'offline';
    throw new CommandError({ code, message: 'The server did not answer.' });
  }
  if (!answer.success) throw new CommandError(answer.error);
  return answer;
}

/** Resolves once the server has stored the message. Repeating it with the same `clientMessageId` is safe. */
export function sendMessage(message: SendCommand & { clientMessageId: string }): Promise<SendResult> {
  return command('message:send', message);
}

/** Moves my read mark up to `seq`. */
function markAsRead(conversationId: string, seq: number): Promise<Commands['message:read']['result']> {
  return command('message:read', { conversationId, seq });
}

/** Tells that this device has everything up to `seq`. */
export function markAsDelivered(conversationId: string, seq: number): Promise<Commands['message:delivered']['result']> {
  return command('message:delivered', { conversationId, seq });
}

export function useSocket() {
  const connection = useStore(connectionStore);
  return { connection, sendMessage, markAsRead, retryNow };
}

function watch(watched: Socket): void {
  watched.on('connect', () => {
    refusals = 0;
    connectionStore.setState({ status: 'online', since: Date.now() });
  });
  watched.on('disconnect', (reason) => {
    lost();
    // The server hung up on purpose, so Socket.IO does not come back by itself.
    if (reason === 'io server disconnect') void renew();
  });
  watched.on('connect_error', (error) => {
    lost();
    if (watched.active) return;
    const code = (error as Error & { data?: Partial<ErrorObject> }).data?.code;
    if (code === undefined || RENEWABLE.has(code)) {
      void renew();
      return;
    }
    refusals += 1;
    comeBackLater();
  });
  watched.on('auth:expiring', () => {
    refresh()
      .then((token) => (token === null ? undefined : command('auth:refresh', { token })))
      // The server closes at `exp`; the next handshake brings a new token.
      .catch(() => undefined);
  });
}

/** After a final refusal: with a new token it may be another answer. Without a session there is nothing to come back to. */
async function renew(): Promise<void> {
  try {
    const token = await refresh();
    if (token === null) return;
  } catch {
    // No answer: the token may be as good as before.
  }
  refusals += 1;
  comeBackLater();
}

function comeBackLater(): void {
  clearTimeout(comeBack);
  const delay = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** refusals) * (0.5 + Math.random());
  comeBack = setTimeout(() => socket?.connect(), delay);
}

function lost(): void {
  const { status, since } = connectionStore.getState();
  if (status === 'idle') return;
  connectionStore.setState({ status: 'offline', since: status === 'offline' ? since : Date.now() });
}

/** The network came back, or the machine woke up: look at once instead of waiting for the next turn. */
function wake(): void {
  if (document.visibilityState === 'visible') retryNow();
}

if (typeof window !== 'undefined') {
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
}
