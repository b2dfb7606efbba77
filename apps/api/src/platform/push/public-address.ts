import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Semaphore } from '../../kernel/semaphore.js';
import { PrivateAddressError } from './private-address-error.js';

/** Of IPv4: our own machine and network, and what is nobody's, by RFC 6890 and its successors. */
const NOT_PUBLIC: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Of IPv6 within `2000::/3`, outside of which nothing is public: among others what leads to addresses of IPv4. */
const NOT_PUBLIC_6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const refused = new BlockList();
for (const [net, prefix] of NOT_PUBLIC) refused.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of NOT_PUBLIC_6) refused.addSubnet(net, prefix, 'ipv6');
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** Whether this is an address of the internet and of nobody's own network. False for what is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refused.check(address, 'ipv4');
  return family === 6 && global6.check(address, 'ipv6') && !refused.check(address, 'ipv6');
}

/**
 * A look-up cannot be cancelled, and takes one of the few threads of which all others of this process need one, too: names whose
 * DNS never answers hold up each other, and nobody else.
 */
const turns = new Semaphore({ atOnce: 1, mostWaiting: 32 });

/**
 * As `dns.lookup`; a host of which any address is not public is refused. A connection that looks up by this goes to what was
 * looked at here and nowhere else, whatever the next answer of the DNS is.
 */
export const publicLookup: LookupFunction = (host, options, callback) => {
  publicAddressesOf(host, options).then(
    ([first, ...others]) => {
      if (options.all) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    },
    (fault: NodeJS.ErrnoException) => callback(fault, ''),
  );
};

async function publicAddressesOf(host: string, options: LookupOptions): Promise<[LookupAddress, ...LookupAddress[]]> {
  const [first, ...others] = await turns.within(() => lookup(host, { ...options, all: true }));
  if (!first) throw new Error('It has no address.');
  if (![first, ...others].every(({ address }) => isPublicAddress(address)))
    throw new PrivateAddressError(`${host} has an address that is not public.`);
  return [first, ...others];
}
