import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, ParleyNode, PrometheusServer, ROOT, TestUser, upload, WebSocketClient } from '@parley/testkit';

const PROMETHEUS = process.env.PARLEY_TEST_PROMETHEUS;
const PROMTOOL = join(dirname(PROMETHEUS ?? ''), 'promtool');
const FOLDER = join(ROOT, 'tools/deploy');
const textOf = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const TOKEN = 'what-only-prometheus-knows';
/** What a node that is well has none of, and what is shown only where there is some. */
const MAY_BE_EMPTY = / > 0$/;

interface Panel {
  title: string;
  targets: { expr: string }[];
}

const dashboard = JSON.parse(textOf('grafana-dashboard.json')) as { panels: Panel[] };
const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({
    title,
    expr: expr.replaceAll('$__rate_interval', '20s').replaceAll('$instance', '.*'),
  })),
);
const alerts = [...textOf('prometheus-alerts.yml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);

async function promtool(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(PROMTOOL, args, { cwd: FOLDER });
  return stdout;
}

describe('the alerts of tools/deploy', () => {
  it('S4.47: docs/operations.md says of each what to do, and their tests try each', () => {
    const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
    const told = [...page.matchAll(/^\| `(Parley\w+)` \|/gm)].map(([, name]) => name);
    const tried = [...textOf('prometheus-alerts.test.yml').matchAll(/alertname="(\w+)"/g)].map(([, name]) => name);
    expect(alerts.length).toBeGreaterThan(10);
    expect([told, tried.toSorted()]).toEqual([alerts, alerts.toSorted()]);
  });

  // Where it is not installed, `npm test` says so.
  it('S4.47: promtool understands them, and each fires where it has to and not otherwise', async () => {
    if (!PROMETHEUS) return;
    expect(await promtool('check', 'config', 'prometheus.yml')).toContain(`${alerts.length} rules found`);
    expect(await promtool('test', 'rules', 'prometheus-alerts.test.yml')).toContain('SUCCESS');
  });
});

describe('a Prometheus that reads from a node at work', () => {
  let node: ParleyNode;
  let prometheus: PrometheusServer;
  const stopped = new AbortController();
  let working: Promise<void>;

  beforeAll(async () => {
    if (!PROMETHEUS) return;
    node = await ParleyNode.start({ env: { METRICS_TOKEN: TOKEN } });
    const replaced = {
      '127.0.0.1:3000': new URL(node.url).host,
      '15s': '1s',
      '# authorization:\n    #   credentials_file: /etc/prometheus/parley-metrics-token': `authorization:\n      credentials: ${TOKEN}`,
    };
    working = work(node.url, stopped.signal);
    prometheus = await PrometheusServer.start({ command: PROMETHEUS, folder: FOLDER, replaced });
  });
  afterAll(async () => {
    stopped.abort();
    await working;
    await prometheus?.close();
    await node?.stop();
  });

  it('S4.47 S4.48: every query of the dashboard is understood, and answered with figures', async () => {
    if (!PROMETHEUS) return;
    expect(queries.length).toBeGreaterThan(30);
    const unanswered = new Set(queries.filter(({ expr }) => !MAY_BE_EMPTY.test(expr)));
    for (const { expr } of queries) await prometheus.query(expr);
    await eventually('every query has figures', async () => {
      for (const each of unanswered) {
        const values = await prometheus.query(each.expr);
        if (values.some((value) => Number.isFinite(value))) unanswered.delete(each);
      }
      return unanswered.size === 0;
    }).catch(() => expect([...unanswered]).toEqual([]));
  });

  it('S4.47: and every alert is evaluated, of which none fires', async () => {
    if (!PROMETHEUS) return;
    const rules = await eventually('the rules were evaluated', async () => {
      const found = await prometheus.rules();
      return found.every(({ health }) => health !== 'unknown') ? found : null;
    });
    expect(rules.map(({ name, health, lastError = '' }) => [name, health, lastError])).toEqual(
      alerts.map((name) => [name, 'ok', '']),
    );
    expect(await prometheus.query('ALERTS{alertstate="firing"}')).toEqual([]);
  });
});

/** People who do everything that the dashboard shows, until it is enough. */
async function work(url: string, enough: AbortSignal): Promise<void> {
  const [ada, bob] = await Promise.all(['ada', 'bob'].map((externalId) => TestUser.ofHost(url, { externalId })));
  if (!ada || !bob) return;
  const { id } = await ada.rest.createConversation({ type: 'group', name: 'Work', memberIds: [bob.id] });
  await upload(ada, Buffer.from('a file'));
  const listener = await WebSocketClient.open(url, { token: bob.token });
  let isRefused = false;
  while (!enough.aborted) {
    const refused = new WebSocketClient(url, { token: 'none' });
    const socket = await WebSocketClient.open(url, { token: ada.token });
    const message = await ada.rest.send(id, { content: 'words to find' });
    await socket.ask('message.send', { conversationId: id, content: 'another message' });
    await ada.rest.edit(message.id, 'other words to find');
    await ada.rest.delete(message.id);
    await ada.call('GET', '/search?q=words');
    await upload(ada, Buffer.from(`a file at ${performance.now()}`));
    await ada.call('PATCH', '/users/me', { displayName: `Ada ${performance.now()}` });
    await socket.ask('no.such', {});
    isRefused ||= await isRefusedToType(socket, id);
    await Promise.all([socket, refused].map((each) => (each.close(), each.end())));
    await sleep(300);
  }
  listener.close();
}

/** Twice what one may begin at once; but who is refused more than 200 times is taken for a flood. */
async function isRefusedToType(socket: WebSocketClient, conversationId: string): Promise<boolean> {
  const begin = () => socket.ask('typing.start', { conversationId });
  const answers = await Promise.all(Array.from({ length: 200 }, begin));
  return answers.some(({ success }) => !success);
}
