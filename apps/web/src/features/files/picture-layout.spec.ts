import { describe, expect, it } from '@jest/globals';
import { aFile } from './file.factory.js';
import { heightOf } from './file-groups.js';
import { layoutOf } from './picture-layout.js';

const pictures = (count: number) => Array.from({ length: count }, (_, index) => aFile({ fileId: `${index}` }));
const WIDE = 700;

describe('The box of pictures', () => {
  it('L12: of one has its proportions, is no larger than it, and neither too high nor too wide', () => {
    expect(layoutOf([{ width: 4000, height: 3000 }])).toMatchObject({ width: 400, height: 300 });
    expect(layoutOf([{ width: 1000, height: 4000 }])).toMatchObject({ width: 96, height: 360 });
    expect(layoutOf([{ width: 8000, height: 100 }])).toMatchObject({ width: 400, height: 96 });
    expect(layoutOf([{ width: 200, height: 150 }])).toMatchObject({ width: 200, height: 150 });
    expect(layoutOf([{}])).toMatchObject({ width: 280, height: 210 });
  });

  it.each([
    [1, 1, 0],
    [2, 2, 0],
    [3, 3, 0],
    [4, 4, 0],
    [5, 4, 1],
    [10, 4, 6],
  ])('L12: of %i draws %i and says that there are %i more', (count, shown, more) => {
    expect(layoutOf(pictures(count))).toMatchObject({ shown, more });
  });
});

describe('The height of the files of a message', () => {
  it('L12: is known before anything is loaded, in a wide column and in a narrow one', () => {
    const single = aFile({ width: 4000, height: 3000 });
    expect(heightOf([single], WIDE, true)).toBe(308);
    expect(heightOf([single], 200, true)).toBe(158);
    expect(heightOf(pictures(5), WIDE, true)).toBe(328);
    expect(heightOf([], WIDE, true)).toBe(0);
  });

  it('L12: counts an album once, and each other file', () => {
    const video = aFile({ fileType: 'video/mp4', width: 1920, height: 1080 });
    const [page, voice] = [aFile({ fileType: 'application/pdf' }), aFile({ fileType: 'audio/webm' })];
    expect(heightOf([...pictures(2), page, voice, video], WIDE, true)).toBe(8 + 200 + 6 + 56 + 6 + 56 + 6 + 225);
  });

  it('L12: is that of names alone where there are no files', () => {
    expect(heightOf(pictures(3), WIDE, false)).toBe(8 + 3 * 56 + 2 * 6);
  });
});
