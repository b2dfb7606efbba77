import type { IncomingMessage } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { normalizeIp } from '@nestjs/throttler';
import { trustOf } from '../../platform/http/forwarded.js';

/** Longer than any address; what a proxy passes on may be anything. */
const MOST_CHARACTERS = 64;

/**
 * Whose requests come in at this application's server, as its REST routes count them: by the last address that
 * `TRUST_PROXY` gives no reason to look behind, IPv6 by its /64. A transport's requests do not come by Express, which
 * otherwise works that out.
 */
export function peerAddresses(app: INestApplication): (request: IncomingMessage) => string {
  const trusts = trustOf(app);
  return ({ socket, headers }) => {
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
    let address = socket.remoteAddress ?? '';
    for (let place = 0; trusts(address, place); place += 1) {
      const behind = forwarded.pop()?.trim();
      if (!behind) break;
      address = behind;
    }
    return String(normalizeIp(address.slice(0, MOST_CHARACTERS)));
  };
}
