import { describe, expect, it } from '@jest/globals';
import { mediaTypeOf } from './media-types.js';

const bytes = (...hex: string[]) => Buffer.from(hex.join('').replaceAll(' ', ''), 'hex');

const WEBM =
  '1a45dfa3 9f 4286 81 01 42f7 81 01 42f2 81 04 42f3 81 08 4282 84 7765626d 4287 81 04 4285 81 02 18538067 01ffffffffffffff';
/** As Chromium's recorder describes a voice. */
const VOICE =
  'ae bd d7 81 01 73c5 87 c1712251036557 83 81 02 86 86 415f4f505553 63a2 93 4f707573 48656164 0102 0000 80bb0000 000000 e1 8d b5 84 473b8000 9f 81 02 6264 81 20';
const PICTURE = 'ae 99 d7 81 02 73c5 81 02 83 81 01 86 85 565f565038 e0 86 b0 81 40 ba 81 30';
const tracks = (size: string, ...entries: string[]) => bytes(WEBM, '1654ae6b', size, ...entries);

describe('what a content is', () => {
  it.each([
    ['a WebM of a voice', tracks('bf', VOICE), 'audio/webm'],
    ['a WebM with pictures', tracks('da', VOICE, PICTURE), 'video/webm'],
    ['a WebM whose tracks are not known', bytes(WEBM), 'video/webm'],
    ['text', Buffer.from('text'), null],
  ])('says of %s what it holds', async (_, head, type) => {
    expect(await mediaTypeOf(head)).toBe(type);
  });
});
