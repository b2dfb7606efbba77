import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '@parley/testkit';
import { Participant } from './browser.js';
import { serve } from './served.js';

/** What browsers have gained since the end of 2023, as far as Chromium has it: none of it may be needed. */
const NEWER = [
  'Promise.withResolvers',
  'Promise.try',
  'Object.groupBy',
  'Map.groupBy',
  'Array.fromAsync',
  'AbortSignal.any',
  'AbortSignal.timeout',
  'URL.parse',
  'RegExp.escape',
  'Error.isError',
  'Iterator',
  'Intl.Segmenter',
  'Intl.DurationFormat',
  'JSON.rawJSON',
  'Math.f16round',
  'Math.sumPrecise',
  'Uint8Array.fromBase64',
  'Uint8Array.fromHex',
  'Uint8Array.prototype.toBase64',
  'Uint8Array.prototype.toHex',
  'ArrayBuffer.prototype.transfer',
  'ArrayBuffer.prototype.resize',
  'Atomics.waitAsync',
  'Symbol.dispose',
  'DisposableStack',
  'Float16Array',
  'Temporal',
  ...['union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom'].map(
    (name) => `Set.prototype.${name}`,
  ),
  ...['map', 'filter', 'take', 'drop', 'flatMap', 'reduce', 'toArray', 'forEach', 'some', 'every', 'find'].map(
    (name) => `Iterator.prototype.${name}`,
  ),
  'Map.prototype.getOrInsert',
  'Response.prototype.bytes',
  'Blob.prototype.bytes',
  'ReadableStream.from',
  'ReadableStream.prototype.values',
  'HTMLElement.prototype.showPopover',
  'HTMLElement.prototype.togglePopover',
  'HTMLDialogElement.prototype.requestClose',
  'Element.prototype.checkVisibility',
  'Element.prototype.setHTMLUnsafe',
  'Element.prototype.moveBefore',
  'Element.prototype.getHTML',
  'Document.parseHTMLUnsafe',
  'Document.prototype.startViewTransition',
  'Document.prototype.caretPositionFromPoint',
  'requestIdleCallback',
  'cancelIdleCallback',
  'scheduler',
  'navigation',
  'cookieStore',
  'CloseWatcher',
  'CSS.highlights',
  'URLPattern',
  'EditContext',
  'WebTransport',
];
/** Rules and values of styles that came later and that the build may not rely on. */
const NEWER_STYLES =
  /light-dark\(|@starting-style|@scope|anchor\(|anchor-name|position-(?:area|anchor|try)|interpolate-size|calc-size\(|(?:rgb|hsl|oklch|oklab)\(from (?!red)|text-wrap|view-transition|animation-timeline|:popover-open|content-visibility|allow-discrete|[;{]zoom:|align-content:[^}]*block/;
/** Those that it has a fallback for, or that only adorn. */
const ADORNMENTS = /(?:field-sizing|scrollbar-(?:gutter|color|width)):[^;}]+;?/g;

/** Chromium's styles as they would be understood in 2023: no registered properties, which the build makes up for. */
function olderStyles(css: string): string {
  return css
    .replaceAll(/@property [^{]+\{[^}]*\}/g, '')
    .replaceAll(/@supports [^{]*margin-trim[^{]*\{/g, '@supports (color: red){')
    .replaceAll(ADORNMENTS, '');
}

describe('In the oldest browsers that are promised', () => {
  const served = serve();

  it('the built styles need nothing that is newer', () => {
    const assets = join(ROOT, 'apps/web/dist/assets');
    const styles = readdirSync(assets).filter((name) => name.endsWith('.css'));
    expect(styles).not.toEqual([]);
    for (const name of styles) {
      const css = readFileSync(join(assets, name), 'utf8').replaceAll(/@supports [^{]*\{/g, '{');
      expect(NEWER_STYLES.exec(css)?.[0]).toBeUndefined();
    }
  });

  it('the built app does all of this without what is newer', async () => {
    const ama = await Participant.at(served.browser, served.node.url, 'Ama Okafor');
    await ama.page.addInitScript((names: string[]) => {
      for (const name of names) {
        const path = name.split('.');
        const last = path.pop() ?? '';
        const owner = path.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], window);
        if (owner) Reflect.deleteProperty(owner, last);
      }
      const supports = CSS.supports.bind(CSS);
      CSS.supports = (...args: [string, string?]) =>
        !args.join(':').includes('field-sizing') && (supports as (...all: unknown[]) => boolean)(...args);
    }, NEWER);
    await ama.page.route(/\.css$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: olderStyles(await response.text()) });
    });
    await ama.enter();
    expect(await ama.page.evaluate(() => [typeof Reflect.get(Promise, 'withResolvers'), 'Iterator' in window])).toEqual(
      ['undefined', false],
    );

    const bo = await Participant.join(served.browser, served.node.url, 'Bo Reader');
    await ama.openGroup('Old browsers', [bo]);
    await ama.say('Hello, **all**');
    await ama.message('Hello').and(ama.page.locator('[data-state=sent]')).waitFor();
    const height = () => ama.composer.evaluate((input) => input.clientHeight);
    const low = await height();
    await ama.composer.fill('one\ntwo\nthree');
    await ama.page.waitForFunction(
      (before) => (document.querySelector('[data-testid=composer]')?.clientHeight ?? 0) > before,
      low,
    );
    await ama.composer.fill('');
    await bo.openRow('Old browsers');
    await bo.say('And back');
    await ama.message('And back').waitFor();
    await ama.message('And back').hover();
    await ama.page.getByRole('button', { name: 'React', exact: true }).last().click();
    await ama.page.keyboard.press('Escape');
    await ama.page.setViewportSize({ width: 390, height: 800 });
    const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    expect(await ama.page.evaluate(overflow)).toBe(0);
    await ama.page.reload();
    await ama.message('And back').waitFor();
    expect(ama.faults).toEqual([]);
    await Promise.all([ama.context.close(), bo.context.close()]);
  });
});
