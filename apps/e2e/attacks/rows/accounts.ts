import { randomUUID } from 'node:crypto';
import type { UserDetail } from '@parley/protocol';
import { ParleyNode } from '@parley/testkit';
import { Actor } from '../fixture.js';
import type { Row } from '../row.contract.js';
import type { Target } from '../target.js';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[47][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const SAMPLES = 200;
const MOST_GUESSES = 10_000;
const GUESSES_AT_ONCE = 50;

const login = (target: Target, username: string, password: string, headers?: Record<string, string>) =>
  target.api(null, 'POST /auth/login', { username, password }, { headers, isLimitTried: true });

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;

/** Milliseconds of each of so many wrong attempts for both, in turn, so that both meet the same moments. */
async function timesOf(url: string, names: readonly [string, string]): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []];
  for (let n = 0; n < SAMPLES; n += 1) {
    for (const which of [0, 1] as const) {
      const body = JSON.stringify({ username: names[which], password: 'wrong' });
      const began = performance.now();
      const answer = await fetch(`${url}/api/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      await answer.arrayBuffer();
      times[which].push(performance.now() - began);
    }
  }
  return times;
}

/** Values of `id` and of keys that end in `Id`, however deep. */
function idsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    /(?:^id|Id)$/.test(key) && typeof inner === 'string' ? [inner] : idsIn(inner),
  );
}

/** Asks for random ids until the budget of reads is spent, at the latest after the most; how many were looked up. */
async function guessUntilLimited(target: Target, by: Actor): Promise<number> {
  let looked = 0;
  while (looked < MOST_GUESSES) {
    const asked = Array.from({ length: GUESSES_AT_ONCE }, () =>
      target.api(by, `GET /conversations/${randomUUID()}`, undefined, { isLimitTried: true }),
    );
    const answers = await Promise.all(asked);
    for (const answer of answers) target.refused(answer, 'not_found', 'rate_limited');
    const limited = answers.filter(({ status }) => status === 429);
    for (const { headers } of limited)
      target.must(headers['retry-after'] !== undefined, 'A 429 does not say how long to wait');
    looked += answers.length - limited.length;
    if (limited.length > 0) return looked;
  }
  target.must(false, `${looked} ids could be guessed without a limit`);
  return looked;
}

export const accounts: Row[] = [
  {
    id: 'A35',
    title: `telling by the time of an answer whether an account exists: ${SAMPLES} samples of each differ by less than 5 % or 5 ms`,
    needs: 'own node',
    isSlow: true,
    async run(target) {
      const node = await ParleyNode.start({ env: { RATE_LIMITS: 'off' } });
      try {
        const { username } = await Actor.register(node.url, 'known');
        const [known, unknown] = await timesOf(node.url, [username, `nobody-${randomUUID().slice(0, 8)}`]);
        const usual = median(known);
        // Of each pair, since the machine may be busier at one time than at another.
        const difference = Math.abs(median(known.map((ms, n) => ms - (unknown[n] ?? 0))));
        target.figure('median', `${usual.toFixed(1)} ms, and ${difference.toFixed(1)} ms apart`);
        target.must(difference < Math.max(5, usual * 0.05), `They are ${difference.toFixed(1)} ms apart`);
      } finally {
        await node.stop();
      }
    },
  },
  {
    id: 'A38',
    title: 'passwords that are long, huge or strange: taken to the letter, or refused',
    changes: ['users'],
    async run(target) {
      for (const password of ['x'.repeat(200), ' spaces around ', 'pässwörd 🔑 emoji', 'quote " and \\ slash']) {
        const username = `p-${randomUUID().slice(0, 8)}`;
        target.accepted(await target.api(null, 'POST /auth/register', { username, password }));
        target.accepted(await login(target, username, password));
        target.refused(await login(target, username, password.trim().slice(0, -1)), 'unauthenticated');
      }
      const username = `p-${randomUUID().slice(0, 8)}`;
      for (const password of ['short', 'x'.repeat(200_000), 'nul\u0000 nul nul', `\ud800 half a pair`])
        target.refused(await target.api(null, 'POST /auth/register', { username, password }), 'validation_failed');
      const began = performance.now();
      target.refused(await login(target, username, 'x'.repeat(1_000_000)), 'too_large', 'validation_failed');
      target.figure('a password of 1 MB', `refused after ${(performance.now() - began).toFixed(1)} ms`);
    },
  },
  {
    id: 'A39',
    title:
      'collecting names by the search for people: two characters at least, wildcards are letters, pages and questions are capped',
    async run(target) {
      const { mallory } = target.fixture;
      const find = (query: string) => target.api(mallory, `GET /users?${query}`, undefined, { isLimitTried: true });
      for (const query of ['query=', 'query=a', 'query=%20', 'query=al&limit=101', 'query=al&cursor=guess', ''])
        target.refused(await find(query), 'validation_failed');
      for (const query of ['%25%25', '__', '%25a', '..', '*a', '%5C%25', "'%20or%201=1"]) {
        const answer = await find(`query=${query}`);
        target.accepted(answer);
        const { items } = JSON.parse(answer.text) as { items: UserDetail[] };
        target.must(items.length === 0, `${query} finds ${items.length} people`);
      }
      const answers = [];
      for (let n = 0; n < 130; n += 1) answers.push(await find('query=zz'));
      const limited = answers.find(({ status }) => status === 429);
      target.must(limited?.headers['retry-after'] !== undefined, 'Searching people 130 times is not limited');
    },
  },
  {
    id: 'A40',
    title: `guessing ids: they have no order to guess, what is guessed is not found, and within ${MOST_GUESSES} guesses comes a 429 with a time`,
    async run(target) {
      const { alice, mallory, group } = target.fixture;
      for (const path of [
        '/users/me',
        `/conversations/${group}`,
        `/conversations/${group}/messages`,
        '/auth/sessions',
      ]) {
        const { text } = await target.api(alice, `GET ${path}`);
        for (const id of idsIn(JSON.parse(text))) target.must(UUID.test(id), `${path} has the id ${id}`);
      }
      for (const id of ['1', '0', '-1', '2147483648', group.slice(0, -1), `${group}0`, '%00', '..%2f..']) {
        for (const path of [`/users/${id}`, `/conversations/${id}`, `/messages/${id}`])
          target.refused(await target.api(mallory, `GET ${path}`), 'validation_failed', 'not_found');
      }
      const near = Array.from({ length: 16 }, (_, n) => group.slice(0, -1) + n.toString(16));
      for (const id of near) target.refused(await target.api(mallory, `GET /conversations/${id}`), 'not_found');
      const found = await guessUntilLimited(target, mallory);
      target.figure('guessed', `${found} ids before the budget was spent`);
    },
  },
];

/** They use up what this address may try in a minute, so they are played last. */
export const guessing: Row[] = [
  {
    id: 'A16',
    title: 'made-up forwarding headers: wrong passwords are counted for the real peer all the same',
    async run(target) {
      const codes: (string | undefined)[] = [];
      for (let n = 0; n < 25; n += 1) {
        const address = `203.0.113.${n}`;
        const headers = { 'x-forwarded-for': address, 'x-real-ip': address, forwarded: `for=${address}` };
        codes.push((await login(target, `nobody-${n}`, 'wrong', headers)).error?.code);
      }
      target.must(codes.at(-1) === 'rate_limited', `The 25th attempt is answered ${codes.at(-1)}`);
      target.must(
        codes.every((code) => code === 'unauthenticated' || code === 'rate_limited'),
        codes.join(' '),
      );
    },
  },
  {
    id: 'A37',
    title: 'guessing passwords: 429 with a time, and who knows theirs gets in once it is over',
    isSlow: true,
    async run(target) {
      const { bob } = target.fixture;
      let last = await login(target, bob.username, 'wrong');
      for (let n = 0; n < 25 && last.status !== 429; n += 1) last = await login(target, bob.username, `wrong ${n}`);
      target.refused(last, 'rate_limited');
      const seconds = Number(last.headers['retry-after']);
      target.must(seconds > 0 && seconds <= 60, `Retry-After is ${seconds}`);
      target.refused(await login(target, bob.username, bob.password), 'rate_limited');
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000 + 500));
      target.accepted(await login(target, bob.username, bob.password));
      target.figure('locked out', `${seconds} s`);
    },
  },
];
