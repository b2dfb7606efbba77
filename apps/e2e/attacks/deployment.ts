import { Fleet } from '@parley/testkit';
import { makeCast } from './cast.js';
import { Target } from './target.js';

/** Two nodes on a Postgres and a Redis of their own, which log all that they can. */
export async function ownDeployment(): Promise<Target> {
  const own = await Fleet.start({ nodes: 2, env: { LOG_LEVEL: 'trace' } });
  const urls = own.nodes.map(({ node }) => node.url);
  return new Target(urls, await makeCast(urls), own);
}

/** Nodes that somebody else has started, and that let anybody register. */
export async function foreignDeployment(urls: readonly string[]): Promise<Target> {
  return new Target(urls, await makeCast(urls), null);
}
