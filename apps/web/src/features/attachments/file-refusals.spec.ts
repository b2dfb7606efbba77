import { describe, expect, it } from '@jest/globals';
import { SdkError } from '@parley/client';
import { fileRefusal } from './file-refusals.js';

describe('A3: a file that the server refuses', () => {
  const tooLarge = (path: string) => new SdkError('too_large', '', { details: [{ path, message: '' }] });

  it.each([
    [tooLarge('file'), /larger than this server takes/],
    [tooLarge('quota'), /all the room that you have/],
    [new SdkError('storage_full', ''), /storage is full/],
    [new SdkError('not_found', ''), /is not there any more/],
    [null, /was not taken/],
  ])('has words for its reason', (error, words) => {
    expect(fileRefusal(error)).toMatch(words);
  });
});
