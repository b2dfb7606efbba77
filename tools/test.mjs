// `npm test`: every suite. What the machine lacks is said; in CI that is a failure.
//   npm test -- unit                      one suite (unit, server, integration, embedded, postgres, journeys)
//   npm test -- integration messages      only test files whose path contains "messages"
import { rmSync } from 'node:fs';
import { runJest } from './test/jest-run.mjs';
import {
  findChromium,
  findClamd,
  findFfmpeg,
  findFirefox,
  findHeadlessShell,
  findPgBouncer,
  findPrometheus,
  findProxies,
  findRecorder,
  findRedis,
  findRsyslog,
  findSystemdAnalyze,
  findWebKit,
  makeMemoryDirectory,
  prepareDirectories,
  startPostgres,
} from './test/machine.mjs';
import { SUITES } from './test/suites.mjs';
import { afterSecondTry, obstacleTo, secondTries, verdict } from './test/verdict.mjs';

const began = performance.now();
const { chosen, patterns } = readArguments(process.argv.slice(2));
const inCi = process.env.CI === 'true';
const INTERRUPTED = { sentence: 'interrupted', fails: true };
/** What stops jest, while it runs. */
const running = new Set();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true;
    for (const stop of running) stop(signal);
  });
}

/** Of the first round, and removed with it; rows of chaos in the second one leave on disk what shows why they failed. */
const memory = makeMemoryDirectory();
// For Postgres, which is started here; the tests have it in their own environment.
if (memory) process.env.TMPDIR = memory;
const parts = await findParts();
const outcomes = [];
try {
  if (chosen.some(({ words }) => words.includes('journeys'))) await prepareDirectories();
  for (const round of [1, 2]) await run(chosen.filter((suite) => suite.round === round));
} finally {
  await parts.postgres.stop?.();
  if (memory) rmSync(memory, { recursive: true, maxRetries: 10 });
}
report();

/** What the chosen suites need of the machine: `{ value }`, or `{ error }` where it is there and does not work. */
async function findParts() {
  const needed = new Set(chosen.flatMap((suite) => suite.needs.map(({ part }) => part)));
  const postgres = needed.has('postgres') ? await startPostgres().catch((error) => ({ error: error.message })) : {};
  const redis = needed.has('redis') ? findRedis() : {};
  const chromium = needed.has('chromium') ? findChromium() : {};
  const servers = {
    clamd: findClamd(),
    pgbouncer: findPgBouncer(),
    prometheus: findPrometheus(),
    proxies: findProxies(),
    rsyslog: findRsyslog(),
    systemd: findSystemdAnalyze(),
  };
  const programs = { ffmpeg: findFfmpeg(), ...servers };
  const browsers = {
    shell: findHeadlessShell(),
    firefox: findFirefox(),
    webkit: findWebKit(),
    recorder: findRecorder(),
  };
  return { postgres, redis, chromium, ...browsers, ...programs };
}

async function run(suites) {
  const able = [];
  for (const suite of suites) {
    const obstacle = interrupted ? INTERRUPTED : obstacleTo(suite, parts, inCi);
    if (!obstacle) able.push(suite);
    else outcomes.push({ suite, passed: 0, failed: obstacle.fails ? 1 : 0, problems: [obstacle.sentence], seconds: 0 });
  }
  if (able.length === 0) return;
  const ways = able.flatMap(({ needs, wants = [] }) => [...needs, ...wants]).filter(({ part }) => parts[part].value);
  const env = Object.fromEntries(ways.map(({ part, variable }) => [variable, parts[part].value]));
  if (memory && able.every(({ round }) => round === 1)) env.TMPDIR = memory;
  const verdicts = await runJest(able, { patterns, env, running });
  for (const [i, suite] of able.entries()) {
    const last = patterns.length > 0 ? verdicts[i] : await tryAgain(suite, verdicts[i], env);
    outcomes.push({ suite, ...withWants(suite, last) });
  }
}

/** Beside others a browser may get no processor time: a few journeys are run again by themselves, and named. */
async function tryAgain(suite, first, env) {
  const files = interrupted ? [] : secondTries(first.results);
  if (files.length === 0) return first;
  console.log(`\nOnce more, by themselves: ${files.join(', ')}`);
  const [second] = await runJest([suite], { patterns: files, env, running });
  return { ...verdict(null, afterSecondTry(first.results, second.results, files), false), again: files };
}

function withWants({ wants = [] }, outcome) {
  const missed = wants.filter(({ part }) => !parts[part].value).map(({ sentence }) => sentence);
  const failed = outcome.failed + (inCi && missed.length > 0 ? 1 : 0);
  return { ...outcome, failed, problems: [...outcome.problems, ...missed] };
}

function report() {
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  let failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
  const row = (cells) =>
    `${cells[0].padEnd(24)}${cells
      .slice(1)
      .map((cell) => String(cell).padStart(9))
      .join('')}`;
  console.log(`\n${row(['suite', 'passed', 'failed', 'seconds'])}`);
  for (const outcome of outcomes.toSorted((a, b) => chosen.indexOf(a.suite) - chosen.indexOf(b.suite))) {
    console.log(row([outcome.suite.name, outcome.passed, outcome.failed, outcome.seconds.toFixed(1)]));
    for (const file of outcome.again ?? []) console.log(`  !! failed beside others, and was run again: ${file}`);
    for (const problem of outcome.problems) console.log(`  ${outcome.failed > 0 ? '✘' : '!!'} ${problem}`);
  }
  const allRan = outcomes.every(({ problems }) => problems.length === 0);
  if (patterns.length > 0 && allRan && passed + failed === 0) {
    console.log(`No test file's path contains ${patterns.join(' or ')}.`);
    failed = 1;
  }
  console.log(`\nIn ${((performance.now() - began) / 60_000).toFixed(1)} minutes`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function readArguments(args) {
  const options = args.filter((arg) => arg.startsWith('-'));
  if (options.length > 0) {
    console.error(`Unknown: ${options.join(', ')}. Usage: npm test -- [suite …] [part of a path …]`);
    process.exit(2);
  }
  const words = new Set(SUITES.flatMap((suite) => suite.words));
  const suites = args.filter((arg) => words.has(arg));
  return {
    chosen: SUITES.filter((suite) => suites.length === 0 || suites.some((word) => suite.words.includes(word))),
    patterns: args.filter((arg) => !words.has(arg)),
  };
}
