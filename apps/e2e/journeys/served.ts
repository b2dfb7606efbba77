import { afterAll, beforeAll } from '@jest/globals';
import { ParleyNode } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './browser.js';

/** A node and a browser for all tests of a file: there from its first test on, and gone after its last one. */
export function serve(): { readonly node: ParleyNode; readonly browser: Browser } {
  const served: { node?: ParleyNode; browser?: Browser } = {};
  beforeAll(async () => {
    [served.node, served.browser] = await Promise.all([
      ParleyNode.start({ env: { RATE_LIMITS: 'off' } }),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await served.browser?.close();
    await served.node?.stop();
  });
  return served as Required<typeof served>;
}
