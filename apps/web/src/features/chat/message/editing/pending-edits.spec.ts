import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Message } from '@parley/protocol';
import { beginSaving, dropEdit, editOf, openEdits, putEdit } from './pending-edits.js';

const BASE = { content: 'first', version: 3 };
const STORED = { id: 'm', content: 'second', version: 4 } as Message;
const REFUSAL = { sentence: 'The server cannot be reached.', remedy: 'again' } as const;
/** What the editor holds that was opened again. */
const later = (text: string) => ({ text, base: BASE, isSaving: false, refusal: null });

describe('a text of mine on its way to its message', () => {
  beforeEach(() => {
    openEdits('me');
    dropEdit('m');
  });

  it('is done with once the message has it', () => {
    const { saved } = beginSaving('m', { text: 'second', base: BASE });
    saved(STORED);
    expect(editOf('m')).toBeNull();
  });

  it('takes nothing with it that was written meanwhile, which is then made from what was stored', () => {
    const { saved } = beginSaving('m', { text: 'second', base: BASE });
    putEdit('m', later('second, and more'));
    saved(STORED);
    expect(editOf('m')).toEqual({ ...later('second, and more'), base: { content: 'second', version: 4 } });
  });

  it('leaves a later text that is on its way itself to that one’s end', () => {
    const { saved } = beginSaving('m', { text: 'second', base: BASE });
    beginSaving('m', { text: 'third', base: BASE });
    saved(STORED);
    expect(editOf('m')).toMatchObject({ text: 'third', isSaving: true });
  });

  it('puts nothing older in place of what was written meanwhile when it is refused', () => {
    const { refused } = beginSaving('m', { text: 'second', base: BASE });
    putEdit('m', later('second, and more'));
    refused(REFUSAL);
    expect(editOf('m')).toEqual({ ...later('second, and more'), refusal: REFUSAL });
  });

  it('is not shown to another person who signs in in this tab, and waits for the same one', () => {
    putEdit('m', later('mine'));
    openEdits('me');
    expect(editOf('m')?.text).toBe('mine');
    openEdits('li');
    expect(editOf('m')).toBeNull();
  });
});
