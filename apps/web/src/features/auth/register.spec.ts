import { beforeEach, expect, it, jest } from '@jest/globals';

const BODY = { username: 'ada', password: 'not so secret' };
const refusal = (status: number, code: string, retryable: boolean) =>
  Response.json({ error: { code, message: '', retryable, requestId: 'r' } }, { status });
const session = () => Response.json({ user: { id: 'u' }, accessToken: 't', expiresIn: 900 });
const taken = () => refusal(409, 'conflict', false);

let answers: (() => Response)[] = [];
let asked: string[] = [];

beforeEach(() => {
  asked = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation((url) => {
    asked.push(String(url).replace(/^.*\/auth\//, ''));
    const answer = answers.shift();
    return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('fetch failed'));
  });
});

/** A module of its own for each test, as in a page that was just opened. */
async function opened() {
  jest.resetModules();
  Object.defineProperty(globalThis, 'BroadcastChannel', { value: undefined, configurable: true });
  return import('./auth.store.js');
}

it.each([
  ['lost', () => Response.error()],
  ['that the database went away, perhaps while committing,', () => refusal(503, 'service_unavailable', true)],
])('a registration repeated after an answer %s signs in to what the first one made', async (_what, first) => {
  const { authStore, register } = await opened();
  answers = [first, taken, session];
  await expect(register(BODY)).rejects.toThrow();
  await register(BODY);
  expect(asked).toEqual(['register', 'register', 'login']);
  expect(authStore.getState().status).toBe('signed-in');
});

it('a taken name is refused without signing in to that account', async () => {
  const { register } = await opened();
  answers = [taken, taken];
  await expect(register(BODY)).rejects.toMatchObject({ code: 'conflict' });
  await expect(register(BODY)).rejects.toMatchObject({ code: 'conflict' });
  expect(asked).toEqual(['register', 'register']);
});
