import { isServerPath } from '../kernel/server-paths.js';
import type { Config, HostTokens } from './config.js';

const YEAR_SECONDS = 31_536_000;

/** Segments of a path: letters, digits and signs that need no encoding in addresses, cookies and pages. */
const BASE_PATH = /^(\/(?!\.\.?(\/|$))[\w.~-]+)+$/;
const ASSETS = /^\/assets(\/|$)/;

/** What of the environment's reader is needed here. */
interface Reader {
  text(name: string): string | null;
  list(name: string): string[];
  fault(sentence: string): void;
  integer(name: string, range: { least: number; most: number; otherwise: number }): number;
}

type PageSettings = Pick<Config, 'basePath' | 'imageOrigins' | 'frameAncestors' | 'hstsSeconds'>;

/** The settings of the headers that our pages are sent with. */
export function pageSettings(reader: Reader, hostTokens: HostTokens | null): PageSettings {
  // Its tokens name pictures of its people.
  const issuer = sourceOf(hostTokens && URL.canParse(hostTokens.issuer) ? new URL(hostTokens.issuer).origin : '');
  return {
    basePath: basePath(reader),
    imageOrigins: [...sources(reader, 'IMAGE_ORIGINS', ['https:']), ...(issuer ? [issuer] : [])],
    frameAncestors: frameAncestors(reader),
    hstsSeconds: reader.integer('HSTS_SECONDS', { least: 0, most: 1_000_000_000, otherwise: YEAR_SECONDS }),
  };
}

function basePath(reader: Reader): string {
  const value = reader.text('BASE_PATH') ?? '';
  const path = value.replace(/\/$/, '');
  // A proxy may pass the base path on or take it off: what is left has to be told from it.
  const isTaken = isServerPath(path) || ASSETS.test(path);
  if (path === '' || (BASE_PATH.test(path) && !isTaken)) return path;
  reader.fault(
    'BASE_PATH must be a path such as /chat, of letters, digits and -._~, and none that is served itself, as /api is; ' +
      `it is "${value}".`,
  );
  return '';
}

function frameAncestors(reader: Reader): string[] {
  const unquoted = reader.list('FRAME_ANCESTORS').map((each) => each.replaceAll("'", '').toLowerCase());
  if (unquoted.length === 1 && unquoted[0] === 'none') return [];
  return sources(reader, 'FRAME_ANCESTORS', ["'self'", 'self']).map((each) => (each === 'self' ? "'self'" : each));
}

function sources(reader: Reader, name: string, words: readonly string[]): string[] {
  return reader.list(name).flatMap((value) => {
    const source = words.includes(value) ? value : sourceOf(value);
    if (source) return source;
    const also = words.map((word) => `, or ${word}`).join('');
    reader.fault(
      `${name} must list origins such as https://shop.example.org or https://*.example.org${also}, separated by commas; ` +
        `"${value}" is none.`,
    );
    return [];
  });
}

/** An origin, or those of all hosts below one, as a content security policy names them; null where it is neither. */
function sourceOf(value: string): string | null {
  const [, scheme, wildcard = '', rest] = /^(https?:\/\/)(\*\.)?([^*/?#@\s;,]+)\/?$/i.exec(value) ?? [];
  if (!scheme || !rest || !URL.canParse(scheme + rest)) return null;
  const { protocol, host } = new URL(scheme + rest);
  return `${protocol}//${wildcard}${host}`;
}
