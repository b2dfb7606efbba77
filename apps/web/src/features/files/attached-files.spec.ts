import { describe, expect, it } from '@jest/globals';
import { filesOf } from '@parley/protocol';
import { aFile } from './file.factory.js';

describe('The files of a message', () => {
  it('S1.31: are those that its metadata describes', () => {
    const files = [aFile({ fileId: 'one' }), aFile({ fileId: 'two' })];
    expect(filesOf({ metadata: { files }, isDeleted: false })).toEqual(files);
    expect(filesOf({ metadata: {}, isDeleted: false })).toEqual([]);
  });

  it('S1.31: are gone once it is deleted', () => {
    expect(filesOf({ metadata: { files: [aFile()] }, isDeleted: true })).toEqual([]);
  });

  it('are not what a client made up, where a server without files stored it', () => {
    for (const files of ['none', { length: 1 }, [null], [{ fileId: 'x' }], [{ ...aFile(), fileSize: '1' }]]) {
      expect(filesOf({ metadata: { files }, isDeleted: false })).toEqual([]);
    }
  });
});
