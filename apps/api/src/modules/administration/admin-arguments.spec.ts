import { describe, expect, it } from '@jest/globals';
import { readArguments, usageFor } from './admin-arguments.js';

describe('what is typed after npm run admin --', () => {
  it('is a command with words and options', () => {
    expect(readArguments(['bot', 'news', 'token', 'for tests'])).toMatchObject({
      command: 'bot',
      words: ['news', 'token', 'for tests'],
    });
    expect(readArguments(['invite', '--hours', '2', '--url', 'https://chat.example//'])).toMatchObject({
      hours: 2,
      url: 'https://chat.example',
    });
  });

  it('is answered with the usage where nothing or help is asked for', () => {
    for (const args of [[], ['help'], ['invite', '--help'], ['-h']]) expect(usageFor(args)?.code).toBe(0);
    expect(usageFor(['list'])).toBeNull();
  });

  it.each([
    [['remove'], 'There is no command "remove".'],
    [['toString'], 'There is no command "toString".'],
    [['invite', '--hours', '1.5'], '--hours must be a whole number from 1 to 2160'],
    [['audit', '--limit', '101'], '--limit must be a whole number from 1 to 100'],
    [['invite', '--url', 'chat.example'], '--url must be an address such as'],
    [['invite', '--colour', 'red'], "Unknown option '--colour'"],
  ])('%j is refused with a sentence, and the code 2', (args, sentence) => {
    expect(usageFor(args)).toEqual({ code: 2, text: expect.stringContaining(sentence) });
  });
});
