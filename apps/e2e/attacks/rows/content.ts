import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Message } from '@parley/protocol';
import { residentBytes } from '@parley/testkit';
import type { Answer } from '../answer.contract.js';
import { withCanary } from '../canary.js';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';
import { Wire } from '../wire.js';
import { SENDING } from './authorization.js';

const MEBIBYTE = 2 ** 20;

/** Bytes of memory of the nodes; 0 where they are not ours. */
export const memoryOf = ({ own }: Target): number =>
  own?.nodes.reduce((sum, { pid }) => sum + (pid === null ? 0 : residentBytes(pid)), 0) ?? 0;

/** The nodes may not have grown by more than this since. */
export function mustNotGrow(target: Target, since: number, mebibytes: number): void {
  if (!target.own) return;
  const grown = (memoryOf(target) - since) / MEBIBYTE;
  target.figure('memory of the nodes', `${grown < 0 ? '' : '+'}${grown.toFixed(0)} MB`);
  target.must(grown < mebibytes, `The nodes grew by ${grown.toFixed(0)} MB, ${mebibytes} at most`);
}

/** The same text by REST and by socket. */
async function bothWays(target: Target, content: string): Promise<Answer[]> {
  const { alice, group: conversationId } = target.fixture;
  const socket = await target.connect(alice);
  return [
    await target.api(alice, `POST /conversations/${conversationId}/messages`, { content }),
    await socket.ask('message:send', { conversationId, content }),
  ];
}

const contentOf = ({ text }: Answer): string => {
  const answer = JSON.parse(text) as Message & { message?: Message };
  return (answer.message ?? answer).content;
};

/** What a name may not be, and why. */
const BAD_NAMES = [
  '',
  ' ',
  '\u200b',
  '\u3164',
  'two\nlines',
  'turned \u202e gpj.exe',
  'a\u0000b',
  'half \ud800',
  'x'.repeat(101),
  'bell \u0007',
  'isolated \u2066 name',
];

/** A name as it is typed, and as it is kept. */
const TYPED = '  Ame\u0301lie ';
const STORED = 'Am\u00e9lie';

const HTML = [
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<script>alert(1)</script>',
  '<iframe srcdoc="x">',
  '<a href="javascript:alert(1)">x</a>',
];

const NO_HTML = [
  'a < b && c > d',
  'see <http://x.example>',
  'code `<img src=x onerror=y>` here',
  '[x](javascript:alert(1))',
];

const KEPT = ['turned \u202e around', `x${'\u0301'.repeat(4_000)}`, '\ufeffmark', 'not \uffff a character', '🏳️‍🌈'];

/** With Cyrillic and full-width letters, a space of no width, and what folds to letters. */
const BAD_USERNAMES = ['аlice', 'ａlice', 'alice\u200b', 'ﬁnn', 'al ice', '../x', 'a'.repeat(33), 'İstanbul'];

export const content: Row[] = [
  {
    id: 'A42',
    title: 'script from elsewhere: the policy of the page lets in our own only, and nothing inline',
    async run(target) {
      const { headers } = await target.ask({ path: '/', headers: { accept: 'text/html' } });
      const policy = String(headers['content-security-policy']);
      for (const part of [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        'frame-ancestors',
      ])
        target.must(policy.includes(part), `The policy has no ${part}: ${policy}`);
      target.must(!/unsafe|\*/.test(policy), `The policy is wide: ${policy}`);
      target.must(headers['x-content-type-options'] === 'nosniff', 'Types may be guessed');
      target.must(headers['referrer-policy'] === 'no-referrer', 'Addresses are passed on');
    },
  },
  {
    id: 'A41',
    title:
      'text that a browser would run, in a message: stored without it, other text as it was written; a name is answered as JSON',
    changes: SENDING,
    async run(target) {
      const { alice, group } = target.fixture;
      for (const html of HTML) {
        for (const sent of await bothWays(target, `before ${html} after`)) {
          target.accepted(sent);
          target.must(
            !/<(?:img|svg|script|iframe|a)\b/i.test(contentOf(sent)),
            `${html} is stored as ${contentOf(sent)}`,
          );
        }
      }
      for (const text of NO_HTML) {
        const [sent] = await bothWays(target, text);
        target.must(sent !== undefined && contentOf(sent) === text, `${text} is stored differently`);
      }
      const renamed = await target.api(alice, `PATCH /conversations/${group}`, {
        name: '<img src=x onerror=alert(1)>',
      });
      target.must(
        renamed.headers['content-type']?.startsWith('application/json') === true,
        'A name comes back as a page',
      );
    },
  },
  {
    id: 'A48',
    title: 'what is small and becomes large: compressed bodies are refused, no compression is negotiated',
    async run(target) {
      const { alice, group } = target.fixture;
      const bomb = gzipSync(Buffer.alloc(64 * MEBIBYTE, ' '));
      const memory = memoryOf(target);
      for (const encoding of ['gzip', 'deflate', 'br', 'gzip, gzip']) {
        const headers = {
          authorization: `Bearer ${alice.token}`,
          'content-type': 'application/json',
          'content-encoding': encoding,
        };
        const path = `/api/conversations/${group}/messages`;
        target.refused(
          await target.ask({ method: 'POST', path, headers, body: bomb }, { by: alice }),
          'unsupported_media_type',
        );
      }
      const wire = await Wire.webSocket(target.url(), {
        'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
      });
      target.must(!/sec-websocket-extensions/i.test(wire.head), `An extension is accepted: ${wire.head}`);
      wire.close();
      mustNotGrow(target, memory, 20);
    },
  },
  {
    id: 'A49',
    title: 'characters that break storage or display: NUL and halves of pairs are refused, others stored as they are',
    changes: SENDING,
    async run(target) {
      for (const bad of ['a\u0000b', '\ud800', 'x\udc00', '\udc00\ud800']) {
        for (const answer of await bothWays(target, bad)) target.refused(answer, 'validation_failed');
      }
      for (const blank of ['', '   ', '\u200b\u200d', '\u2060', '\u3164', '\u202e']) {
        for (const answer of await bothWays(target, blank)) target.refused(answer, 'validation_failed');
      }
      for (const kept of KEPT) {
        for (const answer of await bothWays(target, kept)) {
          target.accepted(answer);
          target.must(
            answer.status > 299 || contentOf(answer) === kept,
            `${JSON.stringify(kept.slice(0, 20))} is stored differently`,
          );
        }
      }
      const { alice, group } = target.fixture;
      for (const metadata of ['{"a":"\\u0000"}', '{"\\ud800":1}', '{"a":[{"b":"\\udfff"}]}']) {
        const body = `{"content":"x","metadata":${metadata}}`;
        target.refused(await target.api(alice, `POST /conversations/${group}/messages`, body), 'validation_failed');
      }
    },
  },
  {
    id: 'A50',
    title:
      'names that deceive or are none: refused, others in NFC and trimmed; usernames are of a-z0-9._- and taken in any case',
    changes: SENDING,
    async run(target) {
      const { alice, group } = target.fixture;
      for (const name of BAD_NAMES) {
        const answers = [
          await target.api(alice, 'PATCH /users/me', { displayName: name }),
          await target.api(alice, `PATCH /conversations/${group}`, { name }),
          await target.api(alice, 'POST /conversations', { type: 'group', name, memberIds: [] }),
        ];
        for (const answer of answers) target.refused(answer, 'validation_failed');
      }
      const renamed = [
        await target.api(alice, 'PATCH /users/me', { displayName: TYPED }),
        await target.api(alice, `PATCH /conversations/${group}`, { name: TYPED }),
      ];
      for (const { text } of renamed) target.must(text.includes(`"${STORED}"`), `${TYPED} is stored as ${text}`);
      for (const username of BAD_USERNAMES)
        target.refused(
          await target.api(null, 'POST /auth/register', { username, password: randomUUID() }),
          'validation_failed',
        );
      const taken = await target.api(null, 'POST /auth/register', {
        username: alice.username.toUpperCase(),
        password: randomUUID(),
      });
      target.refused(taken, 'conflict');
    },
  },
  {
    id: 'A66',
    title: 'addresses in a text, a picture and metadata: the server fetches none of them',
    changes: SENDING,
    async run(target) {
      const { alice, group } = target.fixture;
      const asked = await withCanary(async (url) => {
        for (const at of [url, url.replace('127.0.0.1', 'localhost'), url.replace('127.0.0.1', '2130706433')]) {
          await target.api(alice, 'PATCH /users/me', { avatarUrl: at });
          const metadata = { url: at, image: at, webhook: at };
          await target.api(alice, `POST /conversations/${group}/messages`, { content: `see ${at}`, metadata });
        }
        await target.api(alice, 'PATCH /users/me', { avatarUrl: null });
      });
      target.must(asked === 0, `The server fetched ${asked} times`);
    },
  },
  {
    id: 'S4.19',
    title: 'the same text to eleven conversations: forbidden, with the rule; a repeat of what was stored is answered',
    needs: 'own node',
    changes: SENDING,
    async run(target) {
      const { mallory } = target.fixture;
      const text = `A bargain that nobody has asked for ${randomUUID()}`;
      const sent: Record<string, string>[] = [];
      for (let n = 0; n < 11; n += 1) {
        const { id } = await mallory.createConversation({ type: 'group', name: `Mine ${n}`, memberIds: [] });
        const body = { content: text, clientMessageId: randomUUID(), conversationId: id };
        const answer = await target.api(mallory, 'POST /messages/send', body);
        if (n < 10) target.accepted(answer);
        else target.refused(answer, 'forbidden');
        if (n === 10) target.must(answer.error?.details?.[0]?.message === 'spam: text', `No rule: ${answer.text}`);
        sent.push(body);
      }
      const repeat = await target.api(mallory, 'POST /messages/send', sent[0]);
      target.must(repeat.status === 200, `A repeat is answered ${repeat.status} ${repeat.text}`);
    },
  },
];
