import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { expectSoon, type RestClient } from '@parley/testkit';
import type { Locator } from 'playwright-core';
import { type Bystander, Participant, registerBystander } from './browser.js';
import { serve } from './served.js';

const served = serve();
/** At the browser, and by `phone` as well. */
let ama: Participant;
let phone: RestClient;
let tomas: Bystander;
let round = 0;

beforeEach(async () => {
  const suffix = String.fromCharCode(97 + round++);
  ama = await Participant.join(served.browser, served.node.url, `Ama Okafor ${suffix}`);
  tomas = await registerBystander(served.node.url, `Tomas Reyes ${suffix}`);
  await ama.openDirect(tomas);
  phone = await ama.rest();
});
afterEach(async () => {
  expect(ama.faults).toEqual([]);
  await ama.context.close();
});

const editor = () => ama.page.getByTestId('editor');
const row = (seq: number): Locator => ama.page.locator(`[data-testid=message][data-seq="${seq}"]`);
const stored = async () => (await phone.messages(ama.conversationId)).map(({ content }) => content);

/** Ama sends it, opens its editor by ArrowUp and writes this. Answers the message's id. */
async function writes(said: string, text: string): Promise<string> {
  await ama.say(said);
  await ama.message(said).and(ama.page.locator('[data-state=sent]')).waitFor();
  await ama.composer.press('ArrowUp');
  await editor().fill(text);
  return (await phone.messages(ama.conversationId)).at(-1)?.id ?? '';
}

describe('M3: an editor that is open while the message changes on another device', () => {
  it('shows both and overwrites nothing by itself; mine is kept when I say so', async () => {
    const id = await writes('lunch at noon', 'lunch at one');
    await phone.edit(id, 'lunch at two');
    const alert = row(1).getByRole('alert');
    await alert.getByText('It now says:').waitFor();
    expect(await alert.getByTestId('theirs').textContent()).toBe('lunch at two');
    expect(await editor().inputValue()).toBe('lunch at one');
    expect(await editor().evaluate((field) => field === document.activeElement)).toBe(true);
    await editor().press('Enter');
    expect(await editor().count()).toBe(1);
    expect(await stored()).toEqual(['lunch at two']);
    await row(1).getByRole('button', { name: 'Keep mine' }).click();
    await ama.message('lunch at one').waitFor();
    await expectSoon(async () => expect(await stored()).toEqual(['lunch at one']));
  });

  it('gives way to theirs when I say so', async () => {
    const id = await writes('lunch at noon', 'lunch at one');
    await phone.edit(id, 'lunch at two');
    await row(1).getByRole('button', { name: 'Take theirs' }).click();
    await editor().waitFor({ state: 'detached' });
    await ama.message('lunch at two').waitFor();
    expect(await stored()).toEqual(['lunch at two']);
    expect(await ama.composer.evaluate((field) => field === document.activeElement)).toBe(true);
  });

  it('follows where nothing was written in it, and is no conflict after a reaction', async () => {
    await ama.say('lunch at noon');
    await ama.message('lunch at noon').and(ama.page.locator('[data-state=sent]')).waitFor();
    await ama.composer.press('ArrowUp');
    const [message] = await phone.messages(ama.conversationId);
    await phone.edit(message?.id ?? '', 'lunch at two');
    await expectSoon(async () => expect(await editor().inputValue()).toBe('lunch at two'));
    await tomas.rest.react(message?.id ?? '', '👍');
    await row(1).getByTestId('reaction').waitFor();
    await editor().fill('lunch at three');
    await editor().press('Enter');
    await expectSoon(async () => expect(await stored()).toEqual(['lunch at three']));
  });

  it('reads from the server an edit whose event it missed: nothing is overwritten by a save either', async () => {
    const id = await writes('lunch at noon', 'lunch at one');
    await ama.tap.cutLine();
    await ama.page.getByTestId('conn-banner').waitFor();
    await phone.edit(id, 'lunch at two');
    await editor().press('Enter');
    const unsaved = row(1).getByTestId('unsaved-edit');
    // Without a connection it can be tried again; with one the message has changed.
    await unsaved.getByRole('button', { name: 'Try again' }).waitFor();
    ama.tap.mendLine();
    await unsaved.getByRole('button', { name: 'Take theirs' }).waitFor();
    expect(await unsaved.textContent()).toContain('lunch at one');
    await ama.message('lunch at two').waitFor();
    expect(await stored()).toEqual(['lunch at two']);
    await unsaved.getByRole('button', { name: 'Edit' }).click();
    expect(await editor().inputValue()).toBe('lunch at one');
    expect(await row(1).getByTestId('theirs').textContent()).toBe('lunch at two');
    await row(1).getByRole('button', { name: 'Keep mine' }).click();
    await expectSoon(async () => expect(await stored()).toEqual(['lunch at one']));
  });
});

describe('M4: an editor whose message is deleted', () => {
  it('keeps what is being typed, where it is typed, and sends it as a new message', async () => {
    const id = await writes('the secret', 'better words');
    await phone.delete(id);
    await row(1).getByText('Message deleted').waitFor();
    await row(1).getByRole('alert').getByText('can be sent as a new one').waitFor();
    expect(await editor().evaluate((field) => field === document.activeElement)).toBe(true);
    await ama.page.keyboard.type(' still');
    await ama.page.keyboard.press('Enter');
    expect(await editor().inputValue()).toBe('better words still');
    // Escape loses nothing either.
    await ama.page.keyboard.press('Escape');
    const unsaved = row(1).getByTestId('unsaved-edit');
    expect(await unsaved.textContent()).toContain('better words still');
    expect(await unsaved.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await unsaved.getByRole('button', { name: 'Send as a new message' }).click();
    await row(2).getByText('better words still').waitFor();
    await unsaved.waitFor({ state: 'detached' });
    expect((await stored()).at(-1)).toBe('better words still');
    expect(await ama.page.content()).not.toContain('the secret');
  });

  it('closes where nothing was written: the deleted words stay in no field', async () => {
    await ama.say('the secret');
    await ama.message('the secret').and(ama.page.locator('[data-state=sent]')).waitFor();
    await ama.composer.press('ArrowUp');
    await editor().waitFor();
    const [message] = await phone.messages(ama.conversationId);
    await phone.delete(message?.id ?? '');
    await editor().waitFor({ state: 'detached' });
    expect(await ama.composer.evaluate((field) => field === document.activeElement)).toBe(true);
    const fields = await ama.page
      .locator('textarea')
      .evaluateAll((all) => all.map((each) => (each as HTMLTextAreaElement).value));
    expect(fields).toEqual(['']);
  });
});

describe('C5: an edit that is refused', () => {
  it('for good is not to be tried or edited again: it can be sent as a new message', async () => {
    await writes('set in stone', 'set in sand');
    ama.tap.refuseEdits('forbidden');
    await editor().press('Enter');
    const alert = ama.message('set in stone').getByRole('alert');
    await alert.getByText('It is too late to edit this message.').waitFor();
    const names = await alert.getByRole('button').allTextContents();
    expect(names).toEqual(['Send as a new message', 'Copy text', 'Discard']);
    await alert.getByRole('button', { name: 'Send as a new message' }).click();
    await row(2).getByText('set in sand').waitFor();
    await ama.message('set in stone').waitFor();
  });

  it('for its text goes back to the editor, and one that may succeed later is tried again', async () => {
    await writes('draft', 'draft 2');
    ama.tap.refuseEdits('validation_failed');
    await editor().press('Enter');
    const unsaved = row(1).getByTestId('unsaved-edit');
    await unsaved.getByRole('button', { name: 'Edit' }).click();
    expect(await editor().inputValue()).toBe('draft 2');
    // Its event has not come yet, but the server knows.
    ama.tap.refuseEdits('conflict', [{ path: 'ifVersion', message: 'changed' }]);
    await editor().press('Enter');
    await unsaved.getByRole('button', { name: 'Keep mine' }).waitFor();
    const [message] = await phone.messages(ama.conversationId);
    expect(ama.tap.edits.map(({ ifVersion }) => ifVersion)).toEqual([message?.version, message?.version]);
    await unsaved.getByRole('button', { name: 'Edit' }).click();
    ama.tap.refuseEdits('service_unavailable');
    await editor().press('Enter');
    await unsaved.getByRole('button', { name: 'Try again' }).waitFor();
    ama.tap.refuseEdits(null);
    await unsaved.getByRole('button', { name: 'Try again' }).click();
    await ama.message('draft 2').waitFor();
    await expectSoon(async () => expect(await stored()).toEqual(['draft 2']));
  });

  it('is none where only its answer was lost: the message has it', async () => {
    await writes('lunch at noon', 'lunch at one');
    ama.tap.holdAcks();
    await editor().press('Enter');
    await expectSoon(async () => expect(await stored()).toEqual(['lunch at one']));
    await ama.tap.cutLine();
    const banner = ama.page.getByTestId('conn-banner');
    await banner.waitFor();
    ama.tap.mendLine();
    await ama.page.getByRole('button', { name: 'Try now' }).click();
    await banner.waitFor({ state: 'detached' });
    await ama.message('lunch at one').waitFor();
    await expectSoon(async () => expect(await row(1).getByRole('alert').count()).toBe(0));
  });

  it('is not lost by going elsewhere', async () => {
    const li = await registerBystander(served.node.url, `Li Wen ${round}`);
    await writes('draft', 'draft 2');
    await ama.openDirect(li);
    await ama.openRow(tomas.name);
    const unsaved = row(1).getByTestId('unsaved-edit');
    await unsaved.getByText('Not saved.').waitFor();
    await unsaved.getByRole('button', { name: 'Edit' }).click();
    expect(await editor().inputValue()).toBe('draft 2');
    await editor().press('Escape');
    await unsaved.waitFor({ state: 'detached' });
  });
});
