import { describe, expect, it } from '@jest/globals';
import { SdkError } from '@parley/client';
import { SILENCED, sendSentence, sentenceFor } from './sentences.js';

const refusal = (code: SdkError['code'], message = '', path = 'content') =>
  new SdkError(code, 'The text of the server.', { retryable: false, ...(message && { details: [{ path, message }] }) });

describe('The sentence for a refusal', () => {
  it('of a message that the server takes for spam says so: nobody has blocked or silenced its sender', () => {
    const rules = ['text', 'links', 'mentions'].map((rule) => refusal('forbidden', `spam: ${rule}`));
    for (const type of ['direct', 'group'] as const) {
      for (const each of rules) expect(sendSentence(each, type)).toMatch(/^The server takes this for spam, as .+ wait/);
    }
    expect(new Set(rules.map((each) => sendSentence(each, 'group'))).size).toBe(3);
  });

  it('of a message that is forbidden without a reason names the block or the silence', () => {
    expect(sendSentence(refusal('forbidden'), 'direct')).toBe('This person does not receive your direct messages.');
    expect(sendSentence(refusal('forbidden'), 'group')).toBe(SILENCED);
  });

  it('says what the server gives as the detail of a conflict, and takes no word of another refusal for one', () => {
    expect(sentenceFor(refusal('conflict', 'archived', 'conversation'))).toMatch('archived');
    expect(sentenceFor(refusal('conflict', 'toString'))).toBe(sentenceFor(refusal('conflict')));
    expect(sentenceFor(refusal('forbidden', 'archived'))).toBe(sentenceFor(refusal('forbidden')));
  });

  it('tells what is not offered from what went wrong, and a fault of the page from both', () => {
    expect(sentenceFor(refusal('unsupported'))).toBe('This server does not offer this.');
    expect(sentenceFor(new TypeError('x is not a function'))).toMatch('in this page');
  });
});
