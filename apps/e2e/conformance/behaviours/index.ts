import type { Behaviours } from '../stage.js';
import { addresses } from './addresses.js';
import { badInput } from './bad-input.js';
import { changes } from './changes.js';
import { commands } from './commands.js';
import { connectionCap } from './connection-cap.js';
import { conversations } from './conversations.js';
import { files } from './files.js';
import { handshake } from './handshake.js';
import { hostTokens } from './host-tokens.js';
import { limits } from './limits.js';
import { marks } from './marks.js';
import { members } from './members.js';
import { moderation } from './moderation.js';
import { order } from './order.js';
import { pages } from './pages.js';
import { presence } from './presence.js';
import { repeats } from './repeats.js';
import { searching } from './searching.js';
import { sending } from './sending.js';
import { sessions } from './sessions.js';
import { strangers } from './strangers.js';
import { syncing } from './syncing.js';
import { typing } from './typing.js';

/** All of them, in the order in which they are tried. */
export const BEHAVIOURS: Readonly<Record<string, Behaviours>> = {
  'the handshake': handshake,
  'commands and their acks': commands,
  sending,
  repeats,
  order,
  'edits, deletions, reactions, replies, mentions': changes,
  'marks and unread counts': marks,
  members,
  conversations,
  'blocks, silences, bans and reports': moderation,
  'pages of messages': pages,
  'searching messages': searching,
  files,
  sync: syncing,
  sessions,
  'tokens of the host product': hostTokens,
  'addresses, origins and proxies': addresses,
  'the sockets of one user': connectionCap,
  'rate limits': limits,
  presence,
  typing,
  strangers,
  'bad input': badInput,
};
