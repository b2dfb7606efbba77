import { describe, expect, it } from '@jest/globals';
import { RestClient } from '@parley/testkit';
import { Participant, registerByRest } from './browser.js';
import { serve } from './served.js';

const served = serve();

/** Does to the page what translators of browsers do, from now on: puts `<font><font>` in the place of each text node, or around it. */
function translate(keepsNode: boolean): void {
  const skipped = 'script, style, textarea, [translate=no]';
  const wrap = (text: Text) => {
    if (!text.isConnected || text.parentElement?.closest(`font, ${skipped}`) || text.data.trim() === '') return;
    const inner = document.createElement('font');
    const outer = document.createElement('font');
    outer.append(inner);
    text.replaceWith(outer);
    if (keepsNode) inner.append(text);
    else inner.textContent = text.data;
  };
  const all = (root: Node) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    for (let at = walker.nextNode(); at; at = walker.nextNode()) texts.push(at as Text);
    texts.forEach(wrap);
  };
  all(document.body);
  const observer = new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
      if (target instanceof Text) wrap(target);
      for (const added of addedNodes) {
        if (added instanceof Text) wrap(added);
        else all(added);
      }
    }
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
}

describe.each([
  ['in the place of', false],
  ['around', true],
])('In a page whose translator puts its elements %s each text', (_, keepsNode) => {
  it('what others change is shown, and nothing fails', async () => {
    const suffix = keepsNode ? 'b' : 'a';
    const ama = await Participant.join(served.browser, served.node.url, `Ama Okafor ${suffix}`);
    const { accessToken } = await registerByRest(served.node.url, `tomas.${suffix}`, `Tomas Reyes ${suffix}`);
    const rest = new RestClient(served.node.url, accessToken);
    const me = (await (await ama.rest()).me()).id;
    const group = await rest.createConversation({ type: 'group', name: 'Works', memberIds: [me] });
    await ama.openRow('Works');
    const said = await rest.send(group.id, { content: 'first **second** third @nobody `fourth`' });
    const { id: below } = await rest.send(group.id, { content: 'stays below' });
    await ama.message('stays below').waitFor();
    await ama.page.evaluate(translate, keepsNode);
    const row = ama.page.locator(`[data-seq="${said.seq}"]`);
    const shows = (words: string) => row.getByText(words).waitFor();
    const text = async () => (await row.locator('.message-text').innerText()).trim().replace(/\s+/g, ' ');

    await rest.edit(said.id, 'erste **zweite** dritte @niemand `vierte`');
    await shows('erste');
    expect(await text()).toBe('erste zweite dritte @niemand vierte (edited)');
    await rest.edit(said.id, 'one word');
    await shows('one word');
    expect(await text()).toBe('one word (edited)');
    await rest.edit(said.id, 'a line\n\n> quoted **here**\n\nand an end');
    await shows('and an end');
    expect(await text()).toBe('a line quoted here and an end (edited)');

    await rest.react(below, '🚀');
    const count = ama.message('stays below').locator('.reaction-count');
    await count.waitFor();
    await (await ama.rest()).react(below, '🚀');
    await count.getByText('2').waitFor();

    await rest.rename(group.id, 'Yard');
    await ama.page.getByRole('heading', { name: 'Yard', level: 2 }).waitFor();
    await ama.row('Yard').getByText('Tomas Reyes').first().waitFor();
    const third = await registerByRest(served.node.url, `lena.${suffix}`, `Lena Berg ${suffix}`);
    await rest.addMembers(group.id, [third.user.id]);
    await ama.page.getByText('3 members').waitFor();

    await rest.delete(said.id);
    await shows('Message deleted');
    expect(await text()).toBe('Message deleted');
    await ama.say('from a translated page');
    await ama.page.locator('[data-state=sent]').filter({ hasText: 'from a translated page' }).waitFor();
    await ama.row('Yard').getByText('You: from a translated page').waitFor();
    await ama.page.goto('/');
    await ama.row('Yard').waitFor();
    expect(ama.faults).toEqual([]);
    await ama.context.close();
  });
});
