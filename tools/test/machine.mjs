// What the machine has that tests need and npm does not bring: Postgres, Redis and browsers.
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../prepare.mjs';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const MEMORY = '/dev/shm';
/** Many times what a run has there at once; containers often have 64 MB in all. */
const ROOM_BYTES = 4 * 1024 ** 3;

/** A Chromium to drive: `{ value: path }`, or `{}`. */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named)
    return existsSync(named) ? { value: named } : { error: `CHROMIUM_PATH names ${named}, which does not exist` };
  const paths = [...BROWSERS.flatMap((name) => searched().map((directory) => join(directory, name))), ...ELSEWHERE];
  return { value: paths.find((path) => existsSync(path)) };
}

/** Chromium without the parts that show it on a screen, which takes half the time: `{ value: path }`, or `{}`. */
export function findHeadlessShell() {
  return { value: process.env.CHROMIUM_PATH || findProgram('chromium-headless-shell') };
}

/** A Redis server program that tests can start and kill: `{ value: path }`, or `{}`. */
export function findRedis() {
  return { value: findProgram('redis-server') };
}

/** A Firefox to drive: `{ value: path }`, or `{}`. */
export function findFirefox() {
  return { value: findProgram('firefox-esr') ?? findProgram('firefox') };
}

/** WebKitGTK's small browser, with the driver and the screen that it needs: `{ value: path }`, or `{}`. */
export function findWebKit() {
  if (!findProgram('WebKitWebDriver') || !findProgram('Xvfb')) return {};
  const libraries = ['/usr/lib', ...foldersOf('/usr/lib'), ...foldersOf('/usr/libexec')];
  const folders = libraries.flatMap((folder) => foldersOf(folder)).filter((folder) => /webkit2gtk-4/.test(folder));
  return { value: folders.map((folder) => join(folder, 'MiniBrowser')).find((path) => existsSync(path)) };
}

/** What WebKitGTK records with: `{ value: path }`, or `{}`. */
export function findRecorder() {
  const folders = ['/usr/lib', ...foldersOf('/usr/lib')].map((folder) => join(folder, 'gstreamer-1.0'));
  const paths = folders.map((folder) => join(folder, 'libgsttranscode.so'));
  return { value: paths.find((path) => existsSync(path)) };
}

/** The programs with which nodes look into videos and audio: `{ value: path }`, or `{}`. */
export function findFfmpeg() {
  return { value: findProgram('ffprobe') && findProgram('ffmpeg') };
}

/** ClamAV's daemon: `{ value: path }`, or `{}`. */
export function findClamd() {
  return { value: findProgram('clamd') };
}

/** PgBouncer: `{ value: path }`, or `{}`. */
export function findPgBouncer() {
  return { value: findProgram('pgbouncer') };
}

/** What checks systemd's units: `{ value: path }`, or `{}`. */
export function findSystemdAnalyze() {
  return { value: findProgram('systemd-analyze') };
}

/** Prometheus, with the tool that checks its rules: `{ value: path }`, or `{}`. */
export function findPrometheus() {
  return { value: findProgram('promtool') && findProgram('prometheus') };
}

/** nginx, HAProxy, Caddy and Apache: `{ value: paths }`, in that order, or `{}` unless all of them are there. */
export function findProxies() {
  const paths = ['nginx', 'haproxy', 'caddy', 'apache2'].map(findProgram);
  return { value: paths.every(Boolean) ? paths.join(delimiter) : undefined };
}

/** rsyslog, where it has its part for RELP: `{ value: path }`, or `{}`. */
export function findRsyslog() {
  const folders = foldersOf('/usr/lib').map((folder) => join(folder, 'rsyslog/omrelp.so'));
  return { value: folders.some((path) => existsSync(path)) ? findProgram('rsyslogd') : undefined };
}

const findProgram = (name) =>
  searched()
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));

function foldersOf(path) {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
}

/** Debian has servers where only root looks. */
const searched = () => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];

/**
 * A directory in memory for the databases of a run, or null where the machine has no room for it: those of nodes begin as
 * copies of a thousand files, and a copy takes a second of processor time on a disk.
 */
export function makeMemoryDirectory() {
  if (!existsSync(MEMORY)) return null;
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize < ROOM_BYTES) return null;
  const directory = mkdtempSync(join(MEMORY, 'parley-'));
  // The account that Postgres runs as has its own below it.
  chmodSync(directory, 0o755);
  return directory;
}

/** Debian keeps the server programs off PATH, one folder a version. */
function hasPostgresServer() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [];
  return [...searched(), ...versions].some((directory) => existsSync(join(directory, 'initdb')));
}

/**
 * A Postgres to make databases in: the one that `PARLEY_TEST_POSTGRES_URL` names, else a cluster of our own in a
 * temporary directory: `{ value: url, stop }`, or `{}` if the machine has no server programs.
 */
export async function startPostgres() {
  const url = process.env.PARLEY_TEST_POSTGRES_URL;
  if (url) return { value: url };
  if (!hasPostgresServer()) return {};
  const { PostgresCluster } = await testkit('postgres-cluster');
  const cluster = await PostgresCluster.start();
  return { value: cluster.url('postgres'), stop: () => cluster.stop() };
}

/**
 * Makes the directory of which those of nodes are copies, so that no test waits for it within its own time. Where no node
 * starts, the tests say so.
 */
export async function prepareDirectories() {
  const { ParleyNode } = await testkit('parley-node');
  const directory = await ParleyNode.directory().catch(() => null);
  if (directory) rmSync(directory, { recursive: true });
}

const testkit = (name) => import(pathToFileURL(join(root, `packages/testkit/dist/processes/${name}.js`)).href);
