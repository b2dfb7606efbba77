import { describe, expect, it } from '@jest/globals';
import { aFile } from '../../files/file.factory.js';
import { aMessage } from '../chat.factory.js';
import { messageWords } from './message-words.js';

describe('A message in one line', () => {
  const metadata = { files: [aFile(), aFile()] };

  it('S4.1: is its text, else what it carries', () => {
    expect(messageWords(aMessage({ content: 'the **harbour**', metadata }), 20)).toBe('the harbour');
    for (const content of ['', '\u3164', '> ']) {
      expect(messageWords(aMessage({ content, type: 'image', metadata }), 20)).toBe('2 photos');
    }
  });

  it('M4: is nothing once it is deleted', () => {
    expect(messageWords(aMessage({ content: '', metadata, isDeleted: true }), 20)).toBe('');
  });
});
