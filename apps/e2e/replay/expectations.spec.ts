import { describe, expect, it } from '@jest/globals';
import { expectedRefusal, isRightlyRefused, mayHoldHtml } from './expectations.js';

describe('what a replay expects of the server', () => {
  it.each(['<b id=x>bold</b>', 'see <A href="x">', 'a <br/class=x> b', '<xmp>', '<i onclick>', '<script>x</script>'])(
    'suspects HTML in %j',
    (text) => {
      expect(mayHoldHtml(text)).toBe(true);
    },
  );

  it.each([
    'a < b',
    '<b>bold</b>',
    'use a <style> tag',
    'std::vector<object>',
    'a<3',
    '<nick> hi',
    '<unconvertable>',
    '<tab>',
    '<http://example.org>',
    '&amp;',
  ])('takes %j for text, which must come back to the letter', (text) => {
    expect(mayHoldHtml(text)).toBe(false);
  });

  it.each([
    ['   ', 'validation_failed'],
    ['\u200b', 'validation_failed'],
    ['a\0b', 'validation_failed'],
    ['\ud800', 'validation_failed'],
    ['x'.repeat(10_241), 'content_too_long'],
    ['x'.repeat(10_240), null],
  ])('knows which lines must be refused (%#)', (text, code) => {
    expect(expectedRefusal(text)).toBe(code);
  });

  it('accepts the refusal of a line of nothing but HTML, and no other of a good line', () => {
    expect(isRightlyRefused('<br id=x>', 'validation_failed')).toBe(true);
    expect(isRightlyRefused('```\n```', 'validation_failed')).toBe(true);
    expect(isRightlyRefused('good', 'validation_failed')).toBe(false);
    expect(isRightlyRefused(' ', 'not_found')).toBe(false);
  });
});
