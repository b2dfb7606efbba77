import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ParleyNode, RestClient, ScriptedClient } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { ENGINES, type Store } from '../durability/engines.js';
import { launchBrowser, Participant, registerByRest } from './browser.js';

describe.each(ENGINES)('A group on $engine', ({ open }) => {
  let store: Store;
  let node: ParleyNode;
  let browser: Browser;
  let ama: Participant;
  let tomas: Participant;

  beforeEach(async () => {
    store = await open();
    [node, browser] = await Promise.all([store.startNode(), launchBrowser()]);
    [ama, tomas] = await Promise.all([
      Participant.join(browser, node.url, 'Ama Okafor'),
      Participant.join(browser, node.url, 'Tomas Reyes'),
    ]);
  });
  afterEach(async () => {
    expect([...ama.faults, ...tomas.faults]).toEqual([]);
    await browser.close();
    await node.stop();
    await store.close();
  });

  it('P4: two browsers, a plain socket.io-client and a REST reader see the same conversation', async () => {
    const li = await registerByRest(node.url, 'li.wen', 'Li Wen');
    const script = await ScriptedClient.connect(node.url, li.accessToken);
    await ama.openGroup('Launch room', [tomas, { username: 'li.wen', name: 'Li Wen' }]);
    const id = ama.conversationId;
    await script.waitFor('conversation:created', ({ conversation }) => conversation.id === id);
    await tomas.openRow('Launch room');

    const said: string[] = [];
    for (let turn = 1; turn <= 5; turn += 1) {
      await ama.say(`Ama ${turn}`);
      await tomas.message(`Ama ${turn}`).waitFor();
      await tomas.say(`Tomas ${turn}`);
      await script.waitFor('message:new', ({ message }) => message.content === `Tomas ${turn}`);
      const ack = await script.command('message:send', { conversationId: id, content: `Li ${turn}` });
      expect(ack).toMatchObject({ success: true, seq: turn * 3, duplicate: false });
      await ama.message(`Li ${turn}`).waitFor();
      said.push(`Ama ${turn}`, `Tomas ${turn}`, `Li ${turn}`);
    }

    const history = await new RestClient(node.url, li.accessToken).messages(id);
    expect(history.map(({ content }) => content)).toEqual(said);
    expect(history.map(({ seq }) => seq)).toEqual(said.map((_, index) => index + 1));
    const live = script.named('message:new').map(({ payload }) => payload.message.content);
    expect(live).toEqual(said);
    for (const person of [ama, tomas]) {
      await person.message('Li 5').waitFor();
      expect(await person.page.getByTestId('message').locator('.message-text').allTextContents()).toEqual(said);
    }
    // S4: read by some, but not by all.
    await ama.say('Ama at last');
    const receipt = ama.message('Ama at last').getByTestId('receipt');
    await script.waitFor('message:new', ({ message }) => message.content === 'Ama at last');
    await script.command('message:delivered', { conversationId: id, seq: said.length + 1 });
    await receipt.and(ama.page.getByLabel('Delivered, read by Tomas Reyes')).waitFor();
    await script.command('message:read', { conversationId: id, seq: said.length + 1 });
    await receipt.and(ama.page.getByLabel('Read by Tomas Reyes and Li Wen')).waitFor();
    script.close();
  });
});
