import { describe, expect, it } from '@jest/globals';
import { expectSoon } from '@parley/testkit';
import { Participant } from './browser.js';
import { serve } from './served.js';

const served = serve();
let ama: Participant;
let dana: Participant;

/** What of people's words, all of which are written from right to left here, is laid out from left to right. */
function astray(person: Participant): Promise<string[]> {
  return person.page.evaluate(() => {
    const theirs = /[\u0590-\u06ff]/;
    const found: string[] = [];
    const isRight = (element: Element | null) => element !== null && getComputedStyle(element).direction === 'rtl';
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      if (!theirs.test(text.textContent ?? '')) continue;
      const holder = text.parentElement?.closest('bdi, [dir=auto]') ?? null;
      if (!isRight(holder)) found.push(`${text.parentElement?.outerHTML.slice(0, 160)}`);
    }
    for (const field of document.querySelectorAll<HTMLInputElement>('input, textarea')) {
      if (theirs.test(field.value) && !(field.dir === 'auto' && isRight(field)))
        found.push(`field ${field.outerHTML.slice(0, 120)}`);
    }
    // Within a sentence of ours an attribute has only marks to isolate them.
    for (const name of ['title', 'placeholder']) {
      for (const element of document.querySelectorAll(`[${name}]`)) {
        const outside = element.getAttribute(name)?.replace(/\u2068[^\u2069]*\u2069/g, '') ?? '';
        if (theirs.test(outside)) found.push(`${name}: ${outside}`);
      }
    }
    return found;
  });
}

const right = async () => {
  await expectSoon(async () => expect(await astray(ama)).toEqual([]));
};

/** Opens a message's menu with the pointer and chooses. */
async function choose(text: string, item: string): Promise<void> {
  await ama.message(text).hover();
  await ama.message(text).getByRole('button', { name: 'More actions' }).click();
  await ama.page.getByRole('menuitem', { name: item }).click();
}

async function dialog(opener: () => Promise<void>, filled?: () => Promise<void>): Promise<void> {
  await opener();
  await ama.page.getByRole('dialog').waitFor();
  await filled?.();
  await right();
  await ama.page.keyboard.press('Escape');
  await ama.page.getByRole('dialog').waitFor({ state: 'detached' });
}

describe('T4: words from right to left', () => {
  it('have their own direction wherever people’s words stand', async () => {
    [ama, dana] = await Promise.all([
      Participant.join(served.browser, served.node.url, 'עמה ama'),
      Participant.join(served.browser, served.node.url, 'دانة dana'),
    ]);
    const { page } = ama;
    const group = 'צוות one';
    // The dialogs of making a group, filled in.
    await page.getByRole('button', { name: 'New group' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill(group);
    await page.getByRole('combobox').fill('דנה');
    await page.getByText('Nobody else here is called').waitFor();
    await right();
    await page.getByRole('combobox').fill(dana.username);
    await page.getByRole('option', { name: dana.name }).waitFor();
    await right();
    await page.getByRole('option', { name: dana.name }).click();
    await right();
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: group, level: 2 }).waitFor();
    await right();

    // The composer, mentions, messages of both, an answer and its quote, reactions, receipts.
    await ama.composer.fill('שלום, world');
    await right();
    await ama.composer.press('Enter');
    await ama.composer.pressSequentially('@');
    await page.getByRole('listbox', { name: 'People to mention' }).waitFor();
    await right();
    await ama.composer.fill('');
    await dana.openRow(group);
    await dana.say('مرحبا, world');
    await ama.message('مرحبا').waitFor();
    await page.getByRole('log').getByText('مرحبا').waitFor();
    await right();
    await choose('مرحبا', 'Reply');
    await right();
    await ama.say('אני');
    await ama.message('אני').getByTestId('quote').waitFor();
    await right();
    await choose('שלום', 'React…');
    await page.getByRole('combobox', { name: 'Search emoji' }).fill('קוף');
    await right();
    await page.getByRole('combobox', { name: 'Search emoji' }).fill('');
    await page.keyboard.press('Enter');
    const rest = await dana.rest();
    const [, said] = await rest.messages(ama.conversationId);
    await rest.react(said?.id ?? '', '🎉');
    await ama
      .message('שלום')
      .locator('[data-emoji="🎉"]')
      .hover()
      .catch(() => undefined);
    await right();
    await ama.message('שלום').locator('.receipt').hover();
    await page.getByRole('tooltip').waitFor();
    await right();

    // The editor, dialogs about messages, the panel, dialogs about the group.
    await ama.composer.press('ArrowUp');
    await page.getByTestId('editor').fill('אנחנו');
    await right();
    await page.getByTestId('editor').press('Enter');
    await ama.message('אנחנו').getByRole('button', { name: '(edited)' }).waitFor();
    await dialog(
      () => choose('אנחנו', 'Earlier versions…'),
      () => page.getByTestId('version').first().waitFor(),
    );
    await dialog(
      () => choose('שלום', 'Seen by…'),
      () => page.getByTestId('receipt-person').first().waitFor(),
    );
    await dialog(() => choose('مرحبا', 'Delete…'));
    await page.getByRole('button', { name: 'Members', exact: true }).click();
    await page.getByTestId('member-row').first().waitFor();
    await right();
    await dialog(async () => {
      await page.getByRole('button', { name: `Change ${dana.name}` }).click();
      await page.getByRole('menuitem', { name: 'Remove from group…' }).click();
    });
    for (const item of ['Rename…', 'Archive…', 'Leave group…']) {
      await dialog(async () => {
        await page.getByRole('button', { name: 'More', exact: true }).click();
        await page.getByRole('menuitem', { name: item }).click();
      });
    }

    // A list in its own direction, bullets and all, beside a line in another.
    await ama.say('Two things:\n- פריט\n- item');
    await ama.message('Two things').and(page.locator('[data-state=sent]')).waitFor();
    const sides = await ama
      .message('Two things')
      .locator('.message-text > *')
      .evaluateAll((all) => {
        return all.map((each) => getComputedStyle(each).direction);
      });
    expect(sides).toEqual(['ltr', 'rtl']);
    // Names keep their side: only their letters are turned.
    const heading = page.getByRole('heading', { name: group, level: 2 });
    const box = await heading.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(640);

    // A draft in the list, a failed message, a text whose message is gone.
    await ama.composer.fill('טיוטה');
    await ama.openDirect(dana);
    await ama.row(group).getByText('Draft:').waitFor();
    await right();
    ama.tap.refuseSends('forbidden');
    await ama.say('נכשל');
    await page.locator('[data-state=failed]').waitFor();
    await right();
    ama.tap.refuseSends(null);
    await ama.say('שוב');
    await ama.message('שוב').and(page.locator('[data-state=sent]')).waitFor();
    await ama.composer.press('ArrowUp');
    await page.getByTestId('editor').fill('אחרת');
    const phone = await ama.rest();
    const mine = (await phone.messages(ama.conversationId)).at(-1);
    await phone.edit(mine?.id ?? '', 'משהו');
    await page.getByTestId('theirs').waitFor();
    await right();
    await phone.delete(mine?.id ?? '');
    await page.getByText('can be sent as a new one').waitFor();
    await page.getByTestId('editor').press('Escape');
    await page.getByTestId('unsaved-edit').waitFor();
    await right();
    expect(ama.faults).toEqual([]);
    await Promise.all([ama.context.close(), dana.context.close()]);
  });
});
