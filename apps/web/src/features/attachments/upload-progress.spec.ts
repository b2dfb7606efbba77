import { describe, expect, it } from '@jest/globals';
import { SdkError, type UploadSnapshot } from '@parley/client';
import { progressOf } from './upload-progress.js';

describe('A2: how far a file is', () => {
  const attachment = { clientUploadId: 'u', fileName: 'a.pdf', fileType: 'application/pdf', fileSize: 2048 };
  const anUpload = (fields: Partial<UploadSnapshot>): UploadSnapshot => ({
    state: 'sending',
    sentBytes: 0,
    file: null,
    error: null,
    ...fields,
  });

  const file = {
    fileId: 'f',
    fileName: 'a.pdf',
    fileType: 'application/pdf',
    fileSize: 2048,
    downloadUrl: '/api/files/f',
  };

  it('waits until it is its turn', () => {
    expect(progressOf(attachment, null)).toEqual({
      state: 'waiting',
      percent: 0,
      words: '2 kB, waiting to be sent',
      error: null,
    });
  });

  it('is sent by and by, and never more than all of it', () => {
    expect(progressOf(attachment, anUpload({ sentBytes: 1023 }))).toMatchObject({
      percent: 49,
      words: '1,023 bytes of 2 kB',
    });
    expect(progressOf(attachment, anUpload({ sentBytes: 5000 })).percent).toBe(100);
  });

  it('has come when the server has given it an id, whatever the upload says', () => {
    expect(progressOf({ ...attachment, file }, null)).toMatchObject({
      state: 'done',
      percent: 100,
      words: null,
    });
  });

  it('was refused with the reason, also after a reload', () => {
    const error = new SdkError('too_large', 'of the server');
    expect(progressOf(attachment, anUpload({ state: 'failed', error }))).toMatchObject({ state: 'failed', error });
    expect(progressOf({ ...attachment, isRefused: true }, null)).toMatchObject({ state: 'failed', error: null });
  });
});
