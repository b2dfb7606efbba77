import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Message } from '@parley/protocol';
import { beginSaving, dropEdit, editOf, openEdits, putEdit } from './pending-edits.js';

const BASE = { content: 'first', version: 3 };
const STORED = { id: 'm', content: 'second', version: 4 } as Message;
const REFUSAL = { sentence: 'The server cannot be reached.', remedy: 'again' } as const;
/** The text of an editor that was opened again. */
const later = (text: string) => ({ text, base: BASE, isSaving: false, refusal: null });

describe('An edit that is being saved', () => {
  beforeEach(() => {
    openEdits('me');
    dropEdit('m');
  });

  it('is dropped once the message has its text', () => {
    const { saved } = beginSaving('m', { text: 'second', base: BASE });
    saved(STORED);
    expect(editOf('m')).toBeNull();
  });

  it('leaves what was written meanwhile, as an edit of the text that was saved', () => {
    const { saved } = beginSaving('m', { text: 'second', base: BASE });
    putEdit('m', later('second, and more'));
    saved(STORED);
    expect(editOf('m')).toEqual({ ...later('second, and more'), base: { content: 'second', version: 4 } });
  });

  it('leaves a later edit that is being saved to its own end', () => {
    const { saved } = beginSaving('m', { text: 'second', base: BASE });
    beginSaving('m', { text: 'third', base: BASE });
    saved(STORED);
    expect(editOf('m')).toMatchObject({ text: 'third', isSaving: true });
  });

  it('does not replace what was written meanwhile when it is refused', () => {
    const { refused } = beginSaving('m', { text: 'second', base: BASE });
    putEdit('m', later('second, and more'));
    refused(REFUSAL);
    expect(editOf('m')).toEqual({ ...later('second, and more'), refusal: REFUSAL });
  });

  it('is not shown to another user who signs in in this tab, but to the same one again', () => {
    putEdit('m', later('mine'));
    openEdits('me');
    expect(editOf('m')?.text).toBe('mine');
    openEdits('li');
    expect(editOf('m')).toBeNull();
  });
});
