import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ConversationType, PERMISSIONS, refusalOf, type Verb } from '@parley/protocol';
import { COMMANDS } from '../src/modules/chat/index.js';
import { startNode, type TestNode } from './node.js';
import { type Answer, aPerson, NOBODY } from './people.js';
import {
  COMMAND_PROBES,
  type CommandProbe,
  NOWHERE,
  type Place,
  ROUTE_PROBES,
  type RouteProbe,
} from './permission-probes.js';
import { type Actor, type ActorName, actorsOf, aStage, type Stage } from './permission-stage.js';
import { TestSocket } from './test-socket.js';

/** The conversations in which everything is tried. */
const PLACES: readonly [type: ConversationType, isArchived: boolean][] = [
  ['group', false],
  ['group', true],
  ['direct', false],
  ['direct', true],
];
/** With those who are not signed in, who try the routes. */
const CELLS = PLACES.reduce(
  (sum, [type]) => sum + actorsOf(type).length * (ROUTE_PROBES.length + COMMAND_PROBES.length) + ROUTE_PROBES.length,
  0,
);
const ACCOUNT_NEEDS = ['public', 'self', 'account', 'server_admin'];

interface Operation {
  'x-needs'?: string[];
  'x-alias-of'?: string;
  'x-command'?: keyof typeof COMMANDS;
}

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

describe('the table of permissions', () => {
  let operations: Map<string, Operation>;
  beforeAll(async () => {
    const { paths } = (await node.request.get('/api/docs/openapi.json').expect(200)).body as {
      paths: Record<string, Record<string, Operation>>;
    };
    operations = new Map(
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, each]) => [`${method.toUpperCase()} ${path}`, each]),
      ),
    );
  });

  it('S4.44: has a row for every route that the server answers and every command, and no row of its own', () => {
    const { router } = node.node.app.getHttpAdapter().getInstance() as {
      router: { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
    };
    const answered = router.stack.flatMap(({ route }) => {
      const [method, ...others] = Object.keys(route?.methods ?? {});
      // What stands there for every method is Nest's, for routes outside of its prefix.
      return method && others.length === 0
        ? [`${method.toUpperCase()} ${route?.path.replaceAll(/:(\w+)/g, '{$1}')}`]
        : [];
    });
    expect(answered.length).toBeGreaterThan(40);
    const known = [...Object.keys(PERMISSIONS), ...ACCOUNT_NEEDS];
    const needsOf = (route: string) => operations.get(route)?.['x-needs'] ?? [];
    const without = answered.filter((route) => {
      const needs = needsOf(route);
      return needs.length === 0 || needs.some((need) => !known.includes(need));
    });
    expect(without).toEqual([]);
    const ofCommands = Object.values(COMMANDS).flatMap(({ needs }) => needs);
    const named = new Set<string>([...answered.flatMap(needsOf), ...ofCommands]);
    expect(Object.keys(PERMISSIONS).filter((verb) => !named.has(verb))).toEqual([]);
  });

  it('S4.44: is the same for a route and for the command that does what it does', () => {
    const asCommands = [...operations.values()].filter((each) => each['x-command'] !== undefined);
    expect(asCommands.map((each) => each['x-needs'])).toEqual(
      asCommands.map((each) => each['x-command'] && COMMANDS[each['x-command']].needs),
    );
  });

  it('S4.44: a route for server admins is forbidden to everybody else, whatever they ask of it', async () => {
    const { token } = await aPerson(node);
    const routes = [...operations].flatMap(([route, each]) =>
      each['x-needs']?.join() === 'server_admin' ? route : [],
    );
    const answers = await Promise.all(
      routes.map(async (route) => {
        const isRead = route.startsWith('GET ');
        const given = { params: { id: 'none', tokenId: 'none' }, ...(isRead ? { query: 'limit=0' } : { body: {} }) };
        return [route, codeOf(await ask({ route, given: () => given }, NOWHERE, token))] as const;
      }),
    );
    expect(answers.length).toBeGreaterThan(7);
    expect(answers.filter(([, code]) => code !== 'forbidden')).toEqual([]);
  });

  it('S4.44: has each use of each route and command tried below', () => {
    const ofConversations = (needs: readonly string[]) => needs.filter((need) => !ACCOUNT_NEEDS.includes(need));
    const routes = [...operations].flatMap(([name, each]) =>
      name.includes('/rooms/') && !name.endsWith('{messageId}')
        ? []
        : ofConversations(each['x-needs'] ?? []).map((verb) => `${verb}: ${name}`),
    );
    expect(ROUTE_PROBES.map(({ verb, route }) => `${verb}: ${route}`).toSorted()).toEqual(routes.toSorted());
    const commands = Object.entries(COMMANDS).flatMap(([name, { needs }]) =>
      ofConversations(needs).map((verb) => `${verb}: ${name}`),
    );
    expect(COMMAND_PROBES.map(({ verb, command }) => `${verb}: ${command}`).toSorted()).toEqual(commands.toSorted());
  });
});

describe(`S4.44: who tries what, in ${CELLS} cells`, () => {
  describe.each(PLACES)('in a %s conversation, archived: %j', (type, isArchived) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await aStage(node, type, isArchived);
    });
    const actor = (name: ActorName) => stage.actors.find((each) => each.name === name) as Actor;

    it('nobody who is not signed in, whatever it is', async () => {
      const { at } = actor('stranger');
      const answers = await Promise.all(
        ROUTE_PROBES.map(async (probe) => [probe.route, codeOf(await ask(probe, at))] as const),
      );
      expect(answers.filter(([, code]) => code !== 'unauthenticated')).toEqual([]);
      const socket = new TestSocket(node.url);
      await socket.end();
      expect(socket.refusal).toMatchObject({ code: 'unauthenticated' });
    });

    it.each(actorsOf(type).filter((name) => name === 'stranger' || name === 'removed'))(
      'attack 18, 20, 25, 31: a %s is answered as if it did not exist, to the byte, and changes nothing',
      async (name) => {
        const { person, at } = actor(name);
        const path = `/conversations/${at.conversationId}`;
        const before = await stage.watcher.get(path);
        const socket = await person.connect();
        const wrong: string[] = [];
        const tryRoute = async (probe: RouteProbe) => {
          const [here, nowhere] = [await ask(probe, at, person.token), await ask(probe, NOWHERE, person.token)];
          if (codeOf(here) !== 'not_found') wrong.push(`${probe.route}: ${here.status} ${here.text}`);
          if (comparable(here.text) !== comparable(nowhere.text))
            wrong.push(`${probe.route}: ${here.text}, ${nowhere.text}`);
        };
        const tryCommand = async ({ command, payload }: CommandProbe) => {
          const [here, nowhere] = [await socket.ask(command, payload(at)), await socket.ask(command, payload(NOWHERE))];
          const [said, unsaid] = [JSON.stringify(here), JSON.stringify(nowhere)];
          if (here.error?.code !== 'not_found') wrong.push(`${command}: ${said}`);
          if (comparable(said) !== comparable(unsaid)) wrong.push(`${command}: ${said}, ${unsaid}`);
        };
        await Promise.all([...ROUTE_PROBES.map(tryRoute), ...COMMAND_PROBES.map(tryCommand)]);
        expect(wrong).toEqual([]);
        expect(socket.heard.filter(({ name: event }) => event !== 'ready')).toEqual([]);
        expect((await stage.watcher.get(path)).body).toEqual(before.body);
        socket.close();
      },
    );

    it.each(actorsOf(type).filter((name) => name !== 'stranger' && name !== 'removed'))(
      'attack 23, 24, 27: a present %s is refused as the table says, a blocked one what they send directly, and no more',
      async (name) => {
        const { person, role, at } = actor(name);
        const expected = (verb: Verb) => {
          const refusal = refusalOf(verb, { type, isArchived, myRole: role ?? 'member' });
          return refusal ?? (verb === 'send' && type === 'direct' && name === 'blocked' ? 'forbidden' : 'success');
        };
        const socket = await person.connect();
        const wrong: string[] = [];
        const tryCommand = async ({ verb, command, payload }: CommandProbe) => {
          const { success, error } = await socket.ask(command, payload(at));
          const code = success ? 'success' : error.code;
          if (code !== expected(verb)) wrong.push(`${command}: ${code}, not ${expected(verb)}`);
        };
        const tryRoute = async (probe: RouteProbe) => {
          const code = codeOf(await ask(probe, at, person.token));
          const byTable = expected(probe.verb);
          const fitting = probe.isHidden && byTable === 'forbidden' ? 'not_found' : byTable;
          if (code !== fitting) wrong.push(`${probe.verb}: ${probe.route}: ${code}, not ${fitting}`);
        };
        await Promise.all([...COMMAND_PROBES.map(tryCommand), ...ROUTE_PROBES.slice(0, -1).map(tryRoute)]);
        await tryRoute(ROUTE_PROBES.at(-1) as RouteProbe);
        socket.close();
        expect(wrong).toEqual([]);
      },
    );
  });
});

/** Without a token by nobody. */
async function ask({ route, given }: Pick<RouteProbe, 'route' | 'given'>, at: Place, token?: string): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  const { params = {}, query, body } = given(at);
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? NOBODY);
  const response = await fetch(`${node.url}${filled}${query ? `?${query}` : ''}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    // An export is lines of JSON.
    body: response.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text,
  };
}

const codeOf = ({ status, body }: Answer): string => (status < 300 ? 'success' : (body?.error?.code ?? String(status)));

/** What differs between two answers to the same request: the id of the request, and of a send that had none. */
const comparable = (text: string): string => text.replaceAll(/"(requestId|clientMessageId)":"[^"]*"/g, '');
