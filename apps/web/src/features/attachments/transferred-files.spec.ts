import { describe, expect, it } from '@jest/globals';
import { droppedFiles, hasFiles, pastedFiles, type Transfer } from './transferred-files.js';

describe('What is pasted or dropped', () => {
  const now = new Date(2026, 10, 29, 9, 5, 7);
  const picture = new File(['x'], 'image.png', { type: 'image/png' });
  const report = new File(['x'], 'report.pdf', { type: 'application/pdf' });

  function aTransfer(files: File[], text = '', folders: string[] = []): Transfer {
    const items = [
      ...files.map((file) => ({ kind: 'file', getAsFile: () => file, webkitGetAsEntry: () => null })),
      ...folders.map((name) => ({
        kind: 'file',
        getAsFile: () => new File([], name),
        webkitGetAsEntry: () => ({ isDirectory: true }),
      })),
      ...(text === '' ? [] : [{ kind: 'string' }]),
    ];
    return {
      files: files as unknown as FileList,
      items: items as unknown as DataTransferItemList,
      types: files.length > 0 ? ['Files'] : ['text/plain'],
      getData: () => text,
    };
  }
  const names = ({ files }: { files: File[] }) => files.map(({ name }) => name);

  it('C8: a picture that was copied is a file, with a name of its own', () => {
    const { files } = pastedFiles(aTransfer([picture]), now);
    expect(names({ files })).toEqual(['Picture 2026-11-29 09.05.07.png']);
    expect(files[0]?.type).toBe('image/png');
  });

  it('C8: text stays text, also where its picture comes along', () => {
    expect(names(pastedFiles(aTransfer([picture], 'a paragraph'), now))).toEqual([]);
  });

  it.each(['report.pdf', '/home/ama/report.pdf', 'file:///home/ama/report.pdf\r\n'])(
    'C8: files of a file manager are files, although it names them as text: %j',
    (text) => {
      expect(names(pastedFiles(aTransfer([report], text), now))).toEqual(['report.pdf']);
    },
  );

  it.each([
    ['accents apart from their letters', 'naïve 報告.pdf'.normalize('NFD')],
    ['an address', `file:///home/ama/${encodeURIComponent('naïve 報告.pdf')}`],
  ])('C8: so are files whose names come as %s', (_, text) => {
    const file = new File(['x'], 'naïve 報告.pdf');
    expect(names(pastedFiles(aTransfer([file], text), now))).toEqual(['naïve 報告.pdf']);
  });

  it('C8: blank text beside a picture is none', () => {
    expect(names(pastedFiles(aTransfer([picture], ' \r\n'), now))).toHaveLength(1);
  });

  it('C8: no files, no change', () => {
    expect(names(pastedFiles(aTransfer([], 'words'), now))).toEqual([]);
  });

  it('A1: several files are dropped at once', () => {
    expect(names(droppedFiles(aTransfer([picture, report])))).toEqual(['image.png', 'report.pdf']);
    expect(hasFiles({ types: ['text/uri-list', 'Files'] })).toBe(true);
    expect(hasFiles({ types: ['text/plain'] })).toBe(false);
  });

  it('A3: a folder is told from a file', () => {
    const dropped = droppedFiles(aTransfer([report], '', ['photos']));
    expect({ ...dropped, files: names(dropped) }).toEqual({ files: ['report.pdf'], hasFolders: true });
  });
});
