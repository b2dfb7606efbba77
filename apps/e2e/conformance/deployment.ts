import { describe } from '@jest/globals';
import { conform } from './suite.js';
import type { Venue } from './venue.js';

/** The tests of `npm run conformance`: a running deployment, whose addresses come from tools/conformance.mjs. */
const { urls, issuer } = JSON.parse(process.env.PARLEY_DEPLOYMENT ?? '{"urls":[]}') as Pick<Venue, 'urls' | 'issuer'>;

describe('the deployment', () => {
  conform(async () => ({ urls, issuer, stop: async () => undefined }));
});
