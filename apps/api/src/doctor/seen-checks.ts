import { LOOPBACK } from '../platform/http/forwarded.js';
import type { Seen } from '../platform/http/seen.js';
import { error, type Found, ok, warning } from './finding.js';

interface Look {
  seen: Seen;
  /** The same of a request that says for itself that somebody else asks; and the address of that one. */
  forged: Seen;
  somebody: string;
  /** Whether nothing stands between. */
  isDirect: boolean;
}

/** Of what a node sees of somebody who asks at this address. */
export function seenFindings(page: URL, look: Look): Found[] {
  const hosts = [...new Set(look.seen.hosts)];
  const isRight = hosts.includes(page.host);
  const host = isRight
    ? []
    : [error(`The node takes ${hosts.join(' or ')} for its address: pass on Host, or set TRUST_PROXY.`)];
  return [...host, addressFinding(look)];
}

function addressFinding({ seen, forged, somebody, isDirect }: Look): Found {
  const { address, peer, isForwarded, isBelieved, isSelfBelieved } = seen;
  const isTaken = forged.address === somebody;
  if (isDirect && (!isTaken || LOOPBACK.test(peer))) return ok('Nothing stands before the node.');
  if (isTaken && !(isForwarded && isSelfBelieved))
    return error('Anybody may say which address they have: the proxy has to set X-Forwarded-For itself.');
  if (!isForwarded)
    return error(`The proxy at ${peer} does not say who asks: all people share its limits. Send X-Forwarded-For.`);
  if (!isBelieved) return error(`The proxy at ${peer} is not believed: TRUST_PROXY=${peer}.`);
  if (isTaken)
    return warning(
      'The proxy adds to the X-Forwarded-For that it was sent. Asked from here, where a proxy is believed, that cannot be ' +
        'told from passing on lies: have it set the header, or ask from elsewhere.',
    );
  return ok(`The proxy at ${peer} is believed; who asks now has the address ${address}.`);
}
