import { beforeEach, describe, expect, it } from '@jest/globals';
import { type OwnChange, SdkError } from '@parley/client';
import { aMessage } from '../../chat.factory.js';
import { dropEdit, editDraftOf, isOvertaken, openEdits, putEdit, settleEdit } from './edit-drafts.store.js';

const BASE = { content: 'first', version: 3 };
const STORED = aMessage({ id: 'm', content: 'second', version: 4 });
const NOTHING: OwnChange = { edit: null, reactions: {}, reactionFailure: null };
const sent = (failure: SdkError | null): OwnChange => ({ ...NOTHING, edit: { content: 'second', failure } });

describe('The text of an edit', () => {
  beforeEach(() => {
    openEdits('me');
    dropEdit('m');
  });

  it('is dropped once the message has it', () => {
    putEdit('m', { text: 'second', base: BASE });
    settleEdit(STORED, 'second');
    expect(editDraftOf('m')).toBeNull();
  });

  it('that was written while another one was saved stays, as an edit of that one', () => {
    putEdit('m', { text: 'second, and more', base: BASE });
    settleEdit(STORED, 'second');
    expect(editDraftOf('m')).toEqual({ text: 'second, and more', base: { content: 'second', version: 4 } });
  });

  it('is overtaken by what others wrote, and not by what is on its way from here', () => {
    const draft = { text: 'second, and more', base: BASE };
    expect(isOvertaken(draft, STORED, NOTHING)).toBe(true);
    expect(isOvertaken(draft, STORED, sent(new SdkError('offline', '')))).toBe(true);
    expect(isOvertaken(draft, STORED, sent(null))).toBe(false);
    expect(isOvertaken({ ...draft, text: 'second' }, STORED, NOTHING)).toBe(false);
  });

  it('is not shown to another user who signs in in this tab, but to the same one again', () => {
    putEdit('m', { text: 'mine', base: BASE });
    openEdits('me');
    expect(editDraftOf('m')?.text).toBe('mine');
    openEdits('li');
    expect(editDraftOf('m')).toBeNull();
  });
});
