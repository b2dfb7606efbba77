import { Fleet } from '@parley/testkit';
import { ALLOWED_ORIGIN, QUOTA_BYTES, SENDS_PER_SECOND } from './deployment-settings.js';
import { makeFixture } from './fixture.js';
import { readSurface } from './surface.js';
import { Target } from './target.js';

/** They log all that they can, refuse spam, let in one page of another origin, let one user send as fast as the rows do, and store little. */
const OWN = {
  LOG_LEVEL: 'trace',
  SPAM_RULES: 'refuse',
  FRONTEND_URL: ALLOWED_ORIGIN,
  MESSAGES_PER_SECOND: String(SENDS_PER_SECOND),
  MESSAGES_PER_MINUTE: String(60 * SENDS_PER_SECOND),
  FILE_BYTES_PER_USER: String(QUOTA_BYTES),
};

/** Two nodes on a Postgres and a Redis of their own. */
export async function ownDeployment(): Promise<Target> {
  const own = await Fleet.start({ nodes: 2, env: OWN });
  return targetOf(
    own.nodes.map(({ node }) => node.url),
    own,
  );
}

/** Nodes that somebody else has started, and that let anybody register. */
export const foreignDeployment = (urls: readonly string[]): Promise<Target> => targetOf(urls, null);

/** One node without limits of rate, so that everything that is sent to it is looked at. */
export const unlimitedNode = (): Promise<Fleet> =>
  Fleet.start({ nodes: 1, env: { RATE_LIMITS: 'off', LOG_LEVEL: 'error' } });

async function targetOf(urls: readonly string[], own: Fleet | null): Promise<Target> {
  const [url = ''] = urls;
  return new Target(urls, await makeFixture(urls), await readSurface(url), own);
}
