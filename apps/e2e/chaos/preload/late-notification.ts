// For `node --import`, before a node's own script: between a commit and telling of it there are 50 ms, so that a node
// can be killed in between. The product itself knows nothing of this.
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const LATE_MS = 50;

type Publish = (...args: unknown[]) => void;

const script = process.argv[1] ?? '';
const file = join(dirname(script), 'realtime/bus/redis-node-bus.js');
const { RedisNodeBus } = (await import(pathToFileURL(file).href)) as { RedisNodeBus: { prototype: object } };
const prototype = RedisNodeBus.prototype as { publish: Publish };
const publish = prototype.publish;
prototype.publish = function publishLate(...args) {
  setTimeout(() => publish.apply(this, args), LATE_MS);
};
