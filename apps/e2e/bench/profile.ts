import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MeasuredWindow } from './runs.js';

/** The parts of V8's `.cpuprofile` that are read here. Times in microseconds of the monotonic clock. */
interface CpuProfile {
  startTime: number;
  nodes: { id: number; callFrame: CallFrame }[];
  samples: number[];
  timeDeltas: number[];
}

interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

interface Share {
  name: string;
  /** Of the time in which the process was busy. */
  share: number;
}

export interface ProfileSummary {
  file: string;
  /** Share of the window spent in JavaScript and what it called; V8 takes the event loop's own reads for idleness. */
  busy: number;
  packages: Share[];
  functions: Share[];
}

const NOT_WORK = new Set(['(idle)', '(root)']);

/** Where the server's time went within the window, by self time: by package, and the heaviest functions. */
export function summarizeProfile(directory: string, window: MeasuredWindow): ProfileSummary {
  const files = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'));
  const [name] = files;
  if (!name) throw new Error(`The server wrote no profile into ${directory}.`);
  const file = join(directory, name);
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const spent = selfTimes(profile, window);
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  const sources = new Sources();
  for (const { id, callFrame } of profile.nodes) {
    const time = spent.get(id) ?? 0;
    if (time === 0 || NOT_WORK.has(callFrame.functionName)) continue;
    busy += time;
    const frame = sources.of(callFrame);
    add(packages, packageOf(frame), time);
    add(functions, describeFrame(frame), time);
  }
  const all = [...spent.values()].reduce((sum, time) => sum + time, 0);
  return { file, busy: busy / all, packages: heaviest(packages, busy, 20), functions: heaviest(functions, busy, 40) };
}

export function describeProfile({ file, busy, packages, functions }: ProfileSummary): string {
  const list = (shares: Share[]) =>
    shares.map(({ name, share }) => `${(share * 100).toFixed(1).padStart(6)} %  ${name}`);
  return [
    `## Where the time goes (${file}; ${(busy * 100).toFixed(0)} % of the window in JavaScript)`,
    'by package, self time:',
    ...list(packages),
    'by function, self time:',
    ...list(functions),
  ].join('\n');
}

function selfTimes({ startTime, samples, timeDeltas }: CpuProfile, { from, to }: MeasuredWindow): Map<number, number> {
  const spent = new Map<number, number>();
  let at = startTime;
  for (const [index, id] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0;
    at += delta;
    if (at >= from && at <= to) add(spent, id, delta);
  }
  return spent;
}

/** Where code was before it became a part of the bundle. */
class Sources {
  private readonly maps = new Map<string, SourceMap | null>();

  of(frame: CallFrame): CallFrame {
    const entry = this.mapOf(frame.url)?.findEntry(frame.lineNumber, frame.columnNumber);
    if (!entry || !('originalSource' in entry)) return frame;
    const { originalSource, originalLine, originalColumn } = entry;
    const url = new URL(originalSource, frame.url).href;
    return { functionName: frame.functionName, url, lineNumber: originalLine, columnNumber: originalColumn };
  }

  private mapOf(url: string): SourceMap | null {
    const known = this.maps.get(url);
    if (known !== undefined) return known;
    const file = url.startsWith('file:') ? `${fileURLToPath(url)}.map` : '';
    const map = existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload) : null;
    this.maps.set(url, map);
    return map;
  }
}

function packageOf({ url, functionName }: CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'V8 and native code';
  if (url.startsWith('node:'))
    return `node: ${
      url
        .slice(5)
        .replace(/^internal\//, '')
        .split('/')[0]
    }`;
  if (url.startsWith('wasm:')) return 'embedded database (WebAssembly)';
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (dependency) return dependency;
  const own = /\/(?:apps|packages)\/([^/]+)\/(?:dist|src)\/((?:[^/]+\/){0,2})/.exec(url);
  return own ? `parley ${own[1]}/${own[2] ?? ''}` : url;
}

function describeFrame(frame: CallFrame): string {
  const place = frame.url === '' ? '' : ` ${frame.url.split('/').slice(-2).join('/')}:${frame.lineNumber + 1}`;
  return `${frame.functionName || '(anonymous)'}${place} [${packageOf(frame)}]`;
}

function heaviest(times: Map<string, number>, total: number, count: number): Share[] {
  return [...times]
    .map(([name, time]) => ({ name, share: time / total }))
    .sort((a, b) => b.share - a.share)
    .slice(0, count);
}

function add<Key>(sums: Map<Key, number>, key: Key, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}
