import { describe, expect, it } from '@jest/globals';
import { voiceFile } from './voice-file.js';

describe('A recording', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5);

  it.each([
    ['audio/webm;codecs=opus', 'webm', 'audio/webm'],
    ['audio/ogg; codecs=opus', 'ogg', 'audio/ogg'],
    ['audio/mp4', 'm4a', 'audio/mp4'],
    ['video/webm', 'webm', 'video/webm'],
    ['', 'audio', ''],
  ])('of type %j is a file that ends in .%s', (given, extension, type) => {
    const file = voiceFile(new Blob(['x'], { type: given }), at);
    expect([file.name, file.type]).toEqual([`Voice message 2026-01-02 03.04.05.${extension}`, type]);
  });
});
