import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, ParleyNode } from '@parley/testkit';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser, Participant } from './browser.js';
import { paintedPicture, stripedPicture } from './painted.js';
import { violationsIn } from './violations.js';

const [RED, GREEN, BLUE] = [
  [220, 30, 30],
  [30, 160, 60],
  [40, 60, 220],
];
const STRIPES = { name: 'stripes.png', mimeType: 'image/png', buffer: stripedPicture(900, 300, [RED, GREEN, BLUE]) };
const HILLS = { name: 'hills.png', mimeType: 'image/png', buffer: paintedPicture(400, 600, 3) };
const AVATAR = /\/api\/files\/[^/]+\/avatar$/;

let node: ParleyNode;
let browser: Browser;
let touched: Browser | undefined;
let ama: Participant;
let tomas: Participant;

beforeAll(async () => {
  [node, browser] = await Promise.all([ParleyNode.start({ env: { RATE_LIMITS: 'off' } }), launchBrowser()]);
  ama = await Participant.join(browser, node.url, 'Ama Okafor');
  tomas = await Participant.join(browser, node.url, 'Tomas Reyes');
  await ama.openDirect(tomas);
  await ama.say('Hello');
  await tomas.openRow('Ama Okafor');
});
afterAll(async () => {
  await Promise.all([browser?.close(), touched?.close()]);
  await node?.stop();
});
afterEach(() => {
  expect([...ama.faults.splice(0), ...tomas.faults.splice(0)]).toEqual([]);
});

const account = ({ page, name }: Participant) => page.getByRole('button', { name: `Account of ${name}` });
const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Your picture' });
const stageOf = (page: Page) => page.getByRole('application', { name: 'Part of the picture that is kept' });

async function open(person: Participant, by: 'click' | 'tap' = 'click'): Promise<Locator> {
  await account(person)[by]();
  await person.page.getByRole('menuitem', { name: 'Your picture' })[by]();
  return dialogOf(person.page);
}

async function choose({ page }: Participant, file: typeof STRIPES): Promise<void> {
  await page.getByTestId('choose-avatar').setInputFiles(file);
  await stageOf(page).locator('img').waitFor();
}

async function save({ page }: Participant): Promise<void> {
  await dialogOf(page).getByRole('button', { name: 'Save' }).click();
  await dialogOf(page).waitFor({ state: 'detached' });
}

/** The colour in the middle of the picture that is drawn here; null while there is none. */
function middleOf(place: Locator): Promise<number[] | null> {
  return place.locator('img').evaluateAll((images) => {
    const [image] = images as HTMLImageElement[];
    if (!image?.complete || image.naturalWidth === 0) return null;
    const canvas = Object.assign(document.createElement('canvas'), { width: 9, height: 9 });
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0, 9, 9);
    return [...(context?.getImageData(4, 4, 1, 1).data ?? [])].slice(0, 3);
  });
}

async function shows(place: Locator, colour: readonly number[] | undefined): Promise<void> {
  await eventually(`the picture is ${colour?.join()}`, async () => {
    const seen = await middleOf(place);
    return seen?.every((value, at) => Math.abs(value - (colour?.[at] ?? 0)) < 40) === true;
  });
}

/** Where others see Ama: the list, the header and beside her message. */
const seenByTomas = (): Locator[] => [
  tomas.row('Ama Okafor'),
  tomas.page.locator('main header').first(),
  tomas.page.getByTestId('message').first(),
];

describe('A picture of oneself', () => {
  it('S1.31: is chosen, moved by keys, kept, and seen by others at once in the list, the header and beside messages', async () => {
    const dialog = await open(ama);
    await choose(ama, STRIPES);
    const stage = stageOf(ama.page);
    await stage.focus();
    // The left stripe comes under the square, and fills it.
    for (let press = 0; press < 40; press += 1) await ama.page.keyboard.press('ArrowRight');
    await ama.page.keyboard.press('+');
    expect(await violationsIn(ama.page)).toEqual([]);
    expect(await dialog.getByRole('button', { name: 'Smaller' }).isEnabled()).toBe(true);
    await save(ama);
    await shows(account(ama), RED);
    for (const place of seenByTomas()) await shows(place, RED);
  });

  it('is moved by dragging and enlarged by the wheel, and another one takes its place', async () => {
    await open(ama);
    await choose(ama, STRIPES);
    const box = await stageOf(ama.page).boundingBox();
    if (!box) throw new Error('There is no square.');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await ama.page.mouse.move(x, y);
    await ama.page.mouse.down();
    await ama.page.mouse.move(x - box.width, y, { steps: 4 });
    await ama.page.mouse.up();
    await ama.page.mouse.wheel(0, -200);
    await save(ama);
    for (const place of [account(ama), ...seenByTomas()]) await shows(place, BLUE);
  });

  it('is found in the search for people, and by whoever comes later', async () => {
    const guest = await Participant.join(browser, node.url, 'Noor Haddad');
    await guest.page.getByRole('button', { name: 'New message' }).first().click();
    await guest.page.getByRole('combobox').fill('ama');
    await shows(guest.page.getByRole('option', { name: 'Ama Okafor' }), BLUE);
    expect(guest.faults).toEqual([]);
    await guest.context.close();
  });

  it('that cannot be loaded leaves the initials', async () => {
    await tomas.page.route(AVATAR, (route) => route.abort());
    await tomas.page.reload();
    await tomas.page.getByTestId('message').first().waitFor();
    const [row, header] = seenByTomas();
    await eventually('initials', async () => /AO/.test((await row?.textContent()) ?? ''));
    expect(await middleOf(header as Locator)).toBeNull();
    await tomas.page.unroute(AVATAR);
    await tomas.page.reload();
    await shows(header as Locator, BLUE);
  });

  it('is not changed by Cancel, nor by what is no picture, which is said', async () => {
    const dialog = await open(ama);
    await choose(ama, HILLS);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await open(ama);
    const broken = { name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
    await ama.page.getByTestId('choose-avatar').setInputFiles(broken);
    expect(await dialog.getByRole('alert').textContent()).toContain('cannot show this file as a picture');
    expect(await violationsIn(ama.page)).toEqual([]);
    await choose(ama, HILLS);
    expect(await dialog.getByRole('alert').count()).toBe(0);
    await ama.page.keyboard.press('Escape');
    await shows(account(ama), BLUE);
  });

  it('that the server refuses stays in the dialog with a sentence, and is saved by the next attempt', async () => {
    const dialog = await open(ama);
    await choose(ama, HILLS);
    const error = { code: 'storage_full', message: '', retryable: true, requestId: 'x' };
    await ama.page.route('**/api/users/me', (route) => route.fulfill({ status: 507, json: { error } }));
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'storage is full' }).waitFor();
    await ama.page.unroute('**/api/users/me');
    await save(ama);
  });

  it('is removed, and the initials are back everywhere', async () => {
    const dialog = await open(ama);
    await dialog.getByRole('button', { name: 'Remove picture' }).click();
    await dialog.waitFor({ state: 'detached' });
    for (const place of [account(ama), ...seenByTomas()]) {
      await eventually('no picture', async () => (await place.locator('img').count()) === 0);
    }
    await open(ama);
    expect(await dialog.getByRole('button', { name: 'Remove picture' }).count()).toBe(0);
    await ama.page.keyboard.press('Escape');
  });
});

it('S1.31: a telephone offers its camera, and two fingers enlarge the picture', async () => {
  touched = await launchBrowser({ reportsHover: false });
  const phone = await Participant.join(touched, node.url, 'Lena Vogt', {
    viewport: { width: 390, height: 780 },
    hasTouch: true,
    isMobile: true,
  });
  const { page } = phone;
  const dialog = await open(phone, 'tap');
  await dialog.getByRole('button', { name: 'Take a picture' }).waitFor();
  expect(await page.getByTestId('take-avatar').getAttribute('capture')).toBe('user');
  await page.getByTestId('take-avatar').setInputFiles(STRIPES);
  await stageOf(page).locator('img').waitFor();
  const session = await phone.context.newCDPSession(page);
  const box = await stageOf(page).boundingBox();
  if (!box) throw new Error('There is no square.');
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', spread: number) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints:
        type === 'touchEnd' ? [] : [-1, 1].map((side) => ({ x: box.x + box.width / 2 + side * spread, y: box.y + 60 })),
    });
  await touch('touchStart', 20);
  for (const spread of [30, 45, 60]) await touch('touchMove', spread);
  await touch('touchEnd', 0);
  await eventually('it is enlarged', () => dialog.getByRole('button', { name: 'Smaller' }).isEnabled());
  expect(await violationsIn(page)).toEqual([]);
  await save(phone);
  await shows(account(phone), GREEN);
  expect(phone.faults).toEqual([]);
});
