import { DEFAULT_ISSUER, Fleet, type FleetOptions, ParleyNode } from '@parley/testkit';
import type { Issuer } from './host-token.js';

/** A running deployment, as its clients see it. */
export interface Venue {
  /** One for each node. */
  urls: readonly string[];
  /** Whose tokens it accepts besides its own. */
  issuer: Issuer;
  stop(): Promise<void>;
}

/** The behaviours may speak as a proxy would. */
const BELIEVING = { TRUST_PROXY: 'loopback' };

/** One node with nothing around it. */
export async function embedded(): Promise<Venue> {
  const node = await ParleyNode.start({ env: BELIEVING });
  return { urls: [node.url], issuer: DEFAULT_ISSUER, stop: async () => void (await node.stop()) };
}

/** So many nodes on a Postgres and, if they are several, a Redis of their own. */
export async function onPostgres(nodes: FleetOptions['nodes']): Promise<Venue> {
  const fleet = await Fleet.start({ nodes, env: BELIEVING });
  return { urls: fleet.urls, issuer: DEFAULT_ISSUER, stop: () => fleet.stop() };
}
