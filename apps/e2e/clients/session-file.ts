import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@parley/testkit';

const FOLDER = join(ROOT, 'apps/e2e/clients/sessions');

/** Where a frame of STOMP goes, or what one of the others is. */
const TO = /^destination:(.*)$|^(?:42\[|\{"type":)"([^"]*)"/m;

/** What differs from run to run in every session, and what stands in its place. */
const CHANGING: [RegExp, string][] = [
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME'],
  [/^message-id:.*$/gm, 'message-id:ID'],
  [/"cursor":\d+/g, '"cursor":N'],
  [/"epoch":"[^"]*"/g, '"epoch":"EPOCH"'],
  [/"sid":"[^"]*"/g, '"sid":"ID"'],
  [/"requestId":"[^"]*"/g, '"requestId":"ID"'],
];

/**
 * Whether or when these come is by chance: the only RECEIPT is for DISCONNECT, and not every client
 * waits for it; python-socketio hangs up on its own goodbye; pings go by time.
 */
const BY_CHANCE =
  /^(?:ACK\n|RECEIPT\n|(?:1|2|3|41)$)|\nevent:(?:status|user)\.|^(?:42\[|\{"type":)"(?:status|user)[.:]/;

/**
 * The frames of one connection as a text that is the same in every run: what the client wrote in its order, and what the
 * server wrote in the order of each destination, since acknowledgements and events come in either. `names` are what is known
 * of this run: a value and what stands for it.
 */
export function sessionOf(frames: readonly string[], names: Readonly<Record<string, string>>): string {
  const of = (direction: string) =>
    frames
      .filter((frame) => frame.startsWith(direction))
      .map((frame) => renamed(frame.slice(2), names))
      .filter((frame) => !BY_CHANCE.test(frame));
  const server = of('<').map((frame) => frame.replace(/^content-length:\d+$/m, 'content-length:N'));
  const byDestination = server
    .map((frame, at) => ({ frame, at, to: TO.exec(frame)?.slice(1).join('') ?? '' }))
    .sort((a, b) => a.to.localeCompare(b.to) || a.at - b.at);
  const parts = [['client', of('>')] as const, ['server', byDestination.map(({ frame }) => frame)] as const];
  return parts.map(([who, list]) => `# ${who}\n\n${list.map((frame) => `${frame}^@\n`).join('\n')}`).join('\n');
}

function renamed(frame: string, names: Readonly<Record<string, string>>): string {
  const known = Object.entries(names).reduce((text, [value, name]) => text.replaceAll(value, name), frame);
  return CHANGING.reduce((text, [pattern, name]) => text.replace(pattern, name), known);
}

/** The session that is kept; with `UPDATE_SESSIONS=yes` it is this one from now on. */
export function keptSession(name: string, session: string): string {
  const file = join(FOLDER, `${name.toLowerCase().replaceAll(/\W+/g, '-').replaceAll(/^-|-$/g, '')}.txt`);
  if (process.env.UPDATE_SESSIONS === 'yes') writeFileSync(file, session);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
