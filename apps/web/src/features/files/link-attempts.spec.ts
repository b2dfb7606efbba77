import { describe, expect, it } from '@jest/globals';
import { aFile } from './file.factory.js';
import { attemptsFor } from './link-attempts.js';

describe('What fails to load', () => {
  it('S1.31: is tried once more with a fresh link', () => {
    expect(attemptsFor(aFile())).toEqual([{}, { isFresh: true }]);
  });

  it('S1.31: a thumbnail that is not there is replaced by an original that every browser draws', () => {
    const thumbnail = 320;
    const ofThumbnail = [{ thumbnail }, { thumbnail, isFresh: true }];
    expect(attemptsFor(aFile(), thumbnail)).toEqual([...ofThumbnail, {}]);
    expect(attemptsFor(aFile({ fileType: 'image/heic' }), thumbnail)).toEqual(ofThumbnail);
    expect(attemptsFor(aFile({ fileSize: 50_000_000 }), thumbnail)).toEqual(ofThumbnail);
  });
});
