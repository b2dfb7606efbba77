import { userInfo } from 'node:os';

/** What keeps something; the proxy, which speaks S3, asks them. */
export const STORAGE = ['account', 'container', 'object'] as const;
export const SERVERS = [...STORAGE, 'proxy'] as const;
export type SwiftPorts = Record<(typeof SERVERS)[number] | 'memcached', number>;

/** One user, who may do everything in one account: the key of S3 and its secret. */
export const ACCESS_KEY = 'parley:tester';
export const SECRET_KEY = 'secret';

/** A program in Python that writes where the partitions are: all on one device. Its arguments: a directory, and name:port of each. */
export const RINGS = `
import sys
from swift.common.ring import RingBuilder
directory, *servers = sys.argv[1:]
for server in servers:
    name, port = server.split(':')
    ring = RingBuilder(part_power=2, replicas=1, min_part_hours=0)
    address = {'ip': '127.0.0.1', 'port': int(port), 'replication_ip': '127.0.0.1', 'replication_port': int(port)}
    ring.add_dev({'id': 0, 'region': 1, 'zone': 1, 'weight': 1, 'device': 'one', 'meta': '', **address})
    ring.rebalance()
    ring.get_ring().save(f'{directory}/{name}.ring.gz')
`;

/** In the order that Swift's documents give for S3 with this way of signing in, which comes with Swift. */
const PIPELINE = 'catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth bulk slo proxy-server';
/** Below it each bucket has a name of its own, where it is not in the path. */
const DOMAIN = 's3.localhost';
const FILTERS: Record<string, (ports: SwiftPorts) => Record<string, string>> = {
  cache: ({ memcached }) => ({ use: 'egg:swift#memcache', memcache_servers: `127.0.0.1:${memcached}` }),
  s3api: () => ({ use: 'egg:swift#s3api', storage_domain: DOMAIN }),
  tempauth: () => ({ use: 'egg:swift#tempauth', [`user_${ACCESS_KEY.replace(':', '_')}`]: `${SECRET_KEY} .admin` }),
};

/** On a machine that may be busy: nothing of ours is given up on after half a second, which is what Swift does. */
const PROXY = { account_autocreate: 'true', conn_timeout: '20', node_timeout: '60', error_suppression_limit: '1000' };

/** The file of settings of one server. */
export function swiftSettings(name: (typeof SERVERS)[number], directory: string, ports: SwiftPorts): string {
  const isProxy = name === 'proxy';
  const pipeline = isProxy ? PIPELINE : `${name}-server`;
  const filters = isProxy ? PIPELINE.split(' ').slice(0, -1) : [];
  return [
    section('DEFAULT', {
      ...{ bind_ip: '127.0.0.1', bind_port: `${ports[name]}`, workers: '0', user: userInfo().username },
      ...{ swift_dir: directory, devices: `${directory}/disks`, mount_check: 'false', fallocate_reserve: '0' },
    }),
    section('pipeline:main', { pipeline }),
    section(`app:${name}-server`, { use: `egg:swift#${name}`, ...(isProxy && PROXY) }),
    ...filters.map((filter) => section(`filter:${filter}`, FILTERS[filter]?.(ports) ?? { use: `egg:swift#${filter}` })),
  ].join('\n');
}

const section = (name: string, values: Record<string, string>) =>
  [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ''].join('\n');
