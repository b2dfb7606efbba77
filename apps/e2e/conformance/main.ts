import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freshDirectory, ROOT } from '@parley/testkit';
import { lackingLines, resultLines } from './outcome.js';
import { PLAN, type Plan } from './plan.js';
import { TRANSPORTS, type TransportName } from './transports.js';
import { DEPLOYMENTS, type DeploymentName } from './venue.js';

const names = { over: Object.keys(TRANSPORTS), on: Object.keys(DEPLOYMENTS) };

const USAGE = `npm run conformance -- [options]
  --over NAME     only this transport, several if it is repeated: ${names.over.join(', ')}
  --on NAME       only this deployment, likewise: ${names.on.join(', ')}
  --only TEXT     only behaviours whose title contains it
  --url URL       what runs already, a --url for each node; with the tokens that it accepts:
  --issuer, --audience, --secret     AUTH_ISSUER, AUTH_AUDIENCE and AUTH_SECRET where not given`;

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true, default: [] as string[] } as const;

function given(): { plan: Plan; only: string | undefined } {
  const { values } = parseArgs({
    options: { over: list, on: list, url: list, only: text, issuer: text, audience: text, secret: text },
  });
  const over = chosen(values.over, names.over) as TransportName[];
  const on = chosen(values.on, names.on) as DeploymentName[];
  const urls = values.url.map((each) => new URL(each).origin);
  const { only } = values;
  if (urls.length === 0)
    return { plan: { combinations: on.flatMap((place) => over.map((each) => ({ over: each, on: place }))) }, only };
  const { AUTH_ISSUER, AUTH_AUDIENCE, AUTH_SECRET } = process.env;
  const [issuer, audience, secret] = [
    values.issuer ?? AUTH_ISSUER,
    values.audience ?? AUTH_AUDIENCE,
    values.secret ?? AUTH_SECRET,
  ];
  if (!issuer || !audience || !secret || values.on.length > 0) throw new Error(USAGE);
  const running = { urls, issuer: { issuer, audience, secret } };
  return { plan: { combinations: over.map((each) => ({ over: each, on: null })), running }, only };
}

function chosen(wanted: readonly string[], all: readonly string[]): readonly string[] {
  if (wanted.some((each) => !all.includes(each))) throw new Error(USAGE);
  return wanted.length === 0 ? all : wanted;
}

/** Runs the tests of the plan; whether all of them passed. */
async function conformance(): Promise<boolean> {
  const { plan, only } = given();
  const directory = freshDirectory('conformance');
  const results = join(directory, 'results.json');
  try {
    const env = { ...process.env, [PLAN]: JSON.stringify(plan), PARLEY_RESULTS: results };
    const code = await jest(only, env);
    for (const line of [...resultLines(plan, results), ...lackingLines(plan)]) console.log(line);
    return code === 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function jest(only: string | undefined, env: NodeJS.ProcessEnv): Promise<number> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const titles = only === undefined ? [] : ['--testNamePattern', only.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')];
  const args = [...flags, 'node_modules/jest/bin/jest.js', '--selectProjects', 'conformance', '--runInBand', ...titles];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const held = await conformance().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
process.exit(held ? 0 : 1);
