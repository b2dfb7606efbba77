import { createECDH } from 'node:crypto';
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import type { PushSettings } from '../../config/config.js';
import type { Keys } from '../keys.js';
import { isPublicAddress, publicLookup } from './public-address.js';

/** A browser, as it is reached by its push service. */
export interface PushTarget {
  endpoint: string;
  p256dh: string;
  auth: string;
}

export interface PushOptions {
  /** For how many seconds the push service keeps it for a browser that is away. */
  ttl: number;
  /** What comes later with the same word takes the place of what still waits at the push service. 32 characters of base64url. */
  topic: string;
}

export interface PushAnswer {
  status: number;
  /** When the push service wants to be asked again, where it says so. */
  retryAfterMs: number | null;
}

/** From the first look-up to the end of the answer. */
const LONGEST_MS = 10_000;
/** Of an answer, of which nothing is read but its status. */
const MOST_ANSWERED = 16_384;
const MOST_CONNECTIONS = 16;

const AGENT = { keepAlive: true, maxSockets: MOST_CONNECTIONS, maxFreeSockets: MOST_CONNECTIONS, timeout: LONGEST_MS };

/**
 * Hands pushes to the push services of browsers. Their addresses come from users: only what is https at the public internet,
 * or among the origins that were set, is ever connected to, and no redirect is followed.
 */
export class PushClient {
  readonly publicKey: string;
  private readonly privateKey: string;
  private readonly origins: ReadonlySet<string>;
  private readonly agent = new Agent(AGENT);
  private readonly plainAgent = new PlainAgent(AGENT);

  constructor(
    private readonly settings: PushSettings,
    keys: Keys,
  ) {
    const pair = settings.keys ?? derivedPair(keys);
    this.publicKey = pair.publicKey;
    this.privateKey = pair.privateKey;
    this.origins = new Set(settings.origins);
  }

  /** Whether it may be connected to, as far as the address itself tells. */
  isAllowed(endpoint: string): boolean {
    if (!URL.canParse(endpoint)) return false;
    const { protocol, hostname, port, username, password, origin } = new URL(endpoint);
    if (username || password) return false;
    if (this.origins.has(origin)) return true;
    const host = hostname.replace(/^\[|\]$/g, '');
    return protocol === 'https:' && port === '' && (isIP(host) === 0 || isPublicAddress(host));
  }

  /** @throws where the push service cannot be reached, or did not answer in time. */
  async deliver(target: PushTarget, payload: string, { ttl, topic }: PushOptions): Promise<PushAnswer> {
    if (!this.isAllowed(target.endpoint)) throw new Error('This address is none that pushes may go to.');
    // Loaded with the first push: a start does without.
    const { default: webPush } = await import('web-push');
    const { endpoint, p256dh, auth } = target;
    const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
      vapidDetails: { subject: this.settings.subject, publicKey: this.publicKey, privateKey: this.privateKey },
      ...{ TTL: ttl, urgency: 'high', topic, contentEncoding: 'aes128gcm' },
    });
    return this.post(new URL(endpoint), headers as Record<string, string>, body as Buffer);
  }

  close(): void {
    this.agent.destroy();
    this.plainAgent.destroy();
  }

  private post(url: URL, headers: Record<string, string>, body: Buffer): Promise<PushAnswer> {
    const isPlain = url.protocol === 'http:';
    const lookup = this.origins.has(url.origin) ? undefined : publicLookup;
    const options = { method: 'POST', headers, lookup, signal: AbortSignal.timeout(LONGEST_MS) };
    return new Promise((resolve, reject) => {
      const answered = (answer: IncomingMessage) => {
        answer.on('error', reject).on('end', () => resolve(answerOf(answer)));
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MOST_ANSWERED) answer.destroy(new Error('It answered too much.'));
        });
      };
      const sending = isPlain
        ? plainRequest(url, { ...options, agent: this.plainAgent }, answered)
        : request(url, { ...options, agent: this.agent }, answered);
      sending.on('error', reject).end(body);
    });
  }
}

function answerOf({ statusCode = 0, headers }: IncomingMessage): PushAnswer {
  const after = headers['retry-after'];
  if (after === undefined) return { status: statusCode, retryAfterMs: null };
  const ms = /^\d+$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - Date.now();
  return { status: statusCode, retryAfterMs: Number.isFinite(ms) ? Math.max(0, ms) : null };
}

/** The same on each node that has the same secret. */
function derivedPair(keys: Keys): { publicKey: string; privateKey: string } {
  const pair = createECDH('prime256v1');
  const privateKey = keys.derive('web push');
  pair.setPrivateKey(privateKey);
  return { publicKey: pair.getPublicKey('base64url'), privateKey: privateKey.toString('base64url') };
}
