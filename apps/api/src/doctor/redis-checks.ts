import { type Check, error, type Finding, findingsOf, ok, warning } from './finding.js';
import { lookAtRedis, type RedisFacts, type RedisLook } from './redis-facts.js';

const OLDEST = 7;
/** Of its `maxclients`, which nodes, and whoever looks, need. */
const FEW_CLIENTS = 10;

const numberOf = ({ info }: RedisFacts, name: string): number => Number(info.get(name) ?? Number.NaN);
const isOfCluster = ({ info }: RedisFacts): boolean => info.get('cluster_enabled') === '1';
const isReplica = (facts: RedisFacts): boolean => facts.info.get('role') === 'slave' && !isOfCluster(facts);

const CHECKS: readonly Check<RedisFacts>[] = [
  (facts) => {
    const version = facts.info.get('valkey_version') ?? facts.info.get('redis_version');
    const name = facts.info.has('valkey_version') ? 'Valkey' : 'Redis';
    if (version === undefined)
      return warning('Its user may not ask INFO (ACL: +info): whether it is a replica is not known.');
    const sentence = `${name} ${version}, ${isOfCluster(facts) ? 'of a cluster' : 'no cluster'}.`;
    return Number.parseInt(version, 10) < OLDEST ? warning(`${sentence} ${OLDEST} or later was tried.`) : ok(sentence);
  },
  (facts) => (isReplica(facts) ? warning('It is a replica, and is not used as long as it is one.') : null),
  (facts) => {
    if (typeof facts.heard === 'number') return ok(`What is published is heard after ${facts.heard} ms.`);
    return isReplica(facts) ? null : error(`What is published is not heard: ${facts.heard.message}.`);
  },
  (facts) =>
    isOfCluster(facts) && !facts.namesNodes
      ? warning('Its user may not ask CLUSTER NODES (ACL: +cluster|nodes): other nodes of the cluster are not found.')
      : null,
  (facts) => {
    const [most, used] = [numberOf(facts, 'maxmemory'), numberOf(facts, 'used_memory')];
    if (!(most > 0) || used < most) return null;
    const policy = facts.info.get('maxmemory_policy');
    return warning(
      policy === 'noeviction'
        ? 'Its maxmemory is used up. Parley stores nothing there, so others do: what these write is refused.'
        : `Its maxmemory is used up, and by ${policy} it drops keys. Parley stores none there: they are others'.`,
    );
  },
  (facts) =>
    numberOf(facts, 'evicted_clients') > 0
      ? warning(
          'Since it was started it has closed connections to save memory: raise maxmemory-clients, or leave it out.',
        )
      : null,
  (facts) => {
    const [most, used] = [numberOf(facts, 'maxclients'), numberOf(facts, 'connected_clients')];
    return most - used < FEW_CLIENTS ? warning(`It takes ${most} clients (maxclients), and has ${used}.`) : null;
  },
];

/** Of each address by itself, and of all of them together. */
export async function redisFindings(urls: readonly string[]): Promise<Finding[]> {
  const looks = await Promise.all(urls.map(lookAtRedis));
  return [...looks.flatMap(findingsAt), ...apart(looks)];
}

function findingsAt({ at, facts, fault }: RedisLook): Finding[] {
  const found = facts
    ? findingsOf('redis', facts, CHECKS)
    : [{ part: 'redis', ...error(`It cannot be used: ${fault}.`) }];
  return found.map((finding) => ({ ...finding, sentence: `${at}: ${finding.sentence}` }));
}

/** Several that are no replicas of each other connect nobody: each node uses one of them. */
function apart(looks: readonly RedisLook[]): Finding[] {
  const mains = looks.filter(({ facts }) => facts?.info.get('role') === 'master' && !isOfCluster(facts));
  const hasCluster = looks.some(({ facts }) => facts && isOfCluster(facts));
  if (mains.length < (hasCluster ? 1 : 2)) return [];
  const names = mains.map(({ at }) => at).join(' and ');
  const others = hasCluster ? `${names} and the cluster` : names;
  return [
    { part: 'redis', ...error(`${others} have nothing to do with each other: nodes on different ones are deaf.`) },
  ];
}
