import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ParleyNode, PostgresCluster } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { launchBrowser, Participant } from './browser.js';

describe('While the database is away', () => {
  let cluster: PostgresCluster;
  let node: ParleyNode;
  let browser: Browser;

  beforeAll(async () => {
    [cluster, browser] = await Promise.all([PostgresCluster.start(), launchBrowser()]);
    const env = { RATE_LIMITS: 'off', DATABASE_URL: await cluster.createDatabase('away') };
    node = await ParleyNode.start({ env });
  });
  afterAll(async () => {
    await browser?.close();
    await node?.stop();
    await cluster?.stop();
  });

  it('S3.42 F3: the page says so, keeps what is written, and sends it once and in order when it is back', async () => {
    const ama = await Participant.join(browser, node.url, 'Ama Okafor');
    const tomas = await Participant.join(browser, node.url, 'Tomas Reyes');
    await ama.openDirect(tomas);
    await ama.say('before');
    await ama.message('before').and(ama.page.locator('[data-state=sent]')).waitFor();
    const banner = ama.page.getByTestId('store-banner');
    cluster.pause();
    await banner.getByText('Nothing can be stored just now').waitFor();
    for (const text of ['one', 'two']) await ama.say(text);
    await ama.message('two').waitFor();
    cluster.resume();
    await banner.waitFor({ state: 'detached' });
    await ama.message('two').and(ama.page.locator('[data-state=sent]')).waitFor();
    await tomas.openRow(ama.name);
    await tomas.message('two').waitFor();
    const texts = await tomas.page.getByTestId('message').locator('.message-text').allTextContents();
    expect(texts).toEqual(['before', 'one', 'two']);
    expect([...ama.faults, ...tomas.faults]).toEqual([]);
  });
});
