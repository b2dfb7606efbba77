import { FORUM_CHARACTERS } from '@parley/protocol';
import type { Config } from '../../../config/config.js';
import { invalid, ParleyError } from '../../../kernel/errors.js';
import type { Beginning, Endpoint } from '../framed/endpoint.js';
import { ForumWire } from './forum.wire.js';

const PROFILE = 'profile';

/** `/ws?profile=forum`: the message types of a forum, for whoever the cookie of a session names. */
export const forumEndpoint = ({ forumProfile }: Pick<Config, 'forumProfile'>): Endpoint => ({
  transport: 'forum',
  prefix: '/ws',
  takes: ({ pathname, searchParams }) => /^\/ws\/?$/.test(pathname) && searchParams.has(PROFILE),
  refusalOf: (beginning) => refusalOf(beginning) ?? (forumProfile ? null : off()),
  choose: () => false,
  conversationOf: () => null,
  mostCharacters: FORUM_CHARACTERS,
  // A token beside the cookie is not looked at.
  open: (line, { headers }) => new ForumWire(line, headers.cookie ?? ''),
});

/** Which origins are allowed is looked at elsewhere; without one it cannot be known who makes a browser send its cookie. */
function refusalOf({ url, headers }: Beginning): ParleyError | null {
  const unknown = [...url.searchParams.keys()].find((name) => name !== PROFILE);
  if (unknown !== undefined) return invalid(unknown.slice(0, 64), 'is not known here');
  const [profile, another] = url.searchParams.getAll(PROFILE);
  if (profile !== 'forum' || another !== undefined) return invalid(PROFILE, 'must be forum');
  if (headers.origin !== undefined) return null;
  const details = [{ path: 'origin', message: 'required' }];
  return new ParleyError('forbidden', { message: 'This address needs an Origin.', details });
}

const off = (): ParleyError =>
  new ParleyError('unsupported', { message: 'The profile of forums is off on this server (FORUM_PROFILE).' });
