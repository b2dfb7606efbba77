import { describe, expect, it } from '@jest/globals';
import { renderToStaticMarkup } from 'react-dom/server';
import { MessageText } from './message-text.js';
import { WITHOUT_WORDS } from './plain-text.js';

const drawn = (text: string) => renderToStaticMarkup(<MessageText text={text} find={() => null} />);

describe('A message’s words', () => {
  it('say so where nothing would be drawn', () => {
    for (const text of ['```\n\n```', '```js\n```', '> ```\n> ```', '\u3164', '`\u200b`', '**\u2060**', '> ']) {
      expect(drawn(text)).toBe(`<em class="message-blank">${WITHOUT_WORDS}</em>`);
    }
  });

  it('leave out an empty fence beside others', () => {
    expect(drawn('so\n```\n\n```')).toBe('<p>so</p>');
    expect(drawn('```\nx\n```')).toContain('<code>x</code>');
  });
});
