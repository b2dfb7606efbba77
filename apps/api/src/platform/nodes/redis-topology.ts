/** What a Redis says of the cluster that it belongs to. */
export interface Topology {
  /** `host:port` of every node that can be connected to, as the cluster names them. */
  readonly addresses: readonly string[];
  /** Whether it is connected with most of the nodes that have slots, itself included. */
  readonly hasMajority: boolean;
}

/** Addresses that are kept. */
const MOST_ADDRESSES = 256;

/** @param answer of `CLUSTER NODES`: a line a node. */
export function readTopology(answer: string): Topology {
  const nodes = answer.split('\n').flatMap((line) => readNode(line) ?? []);
  const serving = nodes.filter(({ hasSlots }) => hasSlots);
  const reached = serving.filter(({ isReached }) => isReached);
  return {
    addresses: nodes.flatMap(({ address }) => address ?? []).slice(0, MOST_ADDRESSES),
    hasMajority: reached.length * 2 > serving.length,
  };
}

/** `<id> <ip:port@bus[,hostname]> <flags> <master> <ping> <pong> <epoch> <link> <slot> …` */
function readNode(line: string) {
  const [, place = '', flagText = '', , , , , link, ...slots] = line.trim().split(' ');
  if (flagText === '') return null;
  const flags = flagText.split(',');
  return {
    address: flags.some((flag) => flag === 'noaddr' || flag === 'handshake') ? null : addressIn(place),
    hasSlots: flags.includes('master') && slots.length > 0,
    isReached: flags.includes('myself') || (link === 'connected' && !flags.some((flag) => flag.startsWith('fail'))),
  };
}

/** A certificate is for a name rather than for a number. */
function addressIn(place: string): string | null {
  const [numeric = '', hostname = ''] = place.split(',');
  const [, ip = '', port = ''] = /^(.*):(\d+)(?:@\d+)?$/.exec(numeric) ?? [];
  const host = hostname !== '' && hostname !== '?' ? hostname : ip;
  if (host === '' || port === '' || port === '0') return null;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
