import { generateKeyPairSync, type KeyPairKeyObjectResult as KeyPair } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/** Some behaviours send a proxy's headers. */
const BELIEVING = { TRUST_PROXY: 'loopback' };

/** One node with nothing around it. */
async function embedded(): Promise<Venue> {
  const node = await ParleyNode.start({ env: BELIEVING });
  return { urls: [node.url], issuer: DEFAULT_ISSUER, stop: async () => void (await node.stop()) };
}

/** One node that has the keys of the host product by URL: several, of which the last signs, and none with a name. */
export async function publicKeys(): Promise<Venue> {
  const pairs = Array.from({ length: 3 }, () => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  const keys = pairs.map(({ publicKey }) => publicKey.export({ format: 'jwk' }));
  const provider = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const AUTH_JWKS_URL = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/keys`;
  const node = await ParleyNode.start({ env: { AUTH_SECRET: '', AUTH_JWKS_URL } });
  const stop = async () => {
    await node.stop();
    provider.close();
  };
  return { urls: [node.url], issuer: { ...DEFAULT_ISSUER, secret: (pairs.at(-1) as KeyPair).privateKey }, stop };
}

/** So many nodes on a Postgres and, if they are several, a Redis of their own. */
async function onPostgres(nodes: FleetOptions['nodes'], more: Record<string, string> = {}): Promise<Venue> {
  const fleet = await Fleet.start({ nodes, env: { ...BELIEVING, ...more } });
  return { urls: fleet.urls, issuer: DEFAULT_ISSUER, stop: () => fleet.stop() };
}

/** By what `npm run conformance` calls them. */
export const DEPLOYMENTS = {
  embedded: { called: 'one node on the embedded database', start: embedded },
  'one-node': { called: 'one node on Postgres', start: () => onPostgres(1) },
  'two-nodes': { called: 'two nodes', start: () => onPostgres(2) },
  'two-workers': { called: 'one start of two workers', start: () => onPostgres(1, { WORKERS: '2' }) },
  'three-nodes': { called: 'three nodes', start: () => onPostgres(3) },
} as const;

export type DeploymentName = keyof typeof DEPLOYMENTS;
