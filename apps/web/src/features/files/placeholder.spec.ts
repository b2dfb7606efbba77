import { describe, expect, it } from '@jest/globals';
import { placeholderOf } from './placeholder.js';

describe('A placeholder', () => {
  it('L12: is drawn as a small picture', () => {
    expect(placeholderOf('1QcSHQRnh493V4dIh4eXh1h4kJUI')).toMatch(/^data:image\/png;base64,/);
  });

  it('L12: is nothing where it is missing, or cannot be read', () => {
    expect(placeholderOf(undefined)).toBeNull();
    expect(placeholderOf('not base64 !')).toBeNull();
  });
});
