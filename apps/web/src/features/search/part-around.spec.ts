import { describe, expect, it } from '@jest/globals';
import { partAround } from './part-around.js';

const plain = (text: string) => ({ text, match: false });
const hit = (text: string) => ({ text, match: true });
const shown = (segments: { text: string }[]) => segments.map(({ text }) => text).join('');

describe('what a result shows of its message', () => {
  it('S4.29 is all of a short one', () => {
    const segments = [plain('the '), hit('fail-over'), plain(' drill')];
    expect(partAround(segments)).toEqual(segments);
    expect(partAround([plain('no words were asked for')])).toEqual([plain('no words were asked for')]);
    expect(partAround([])).toEqual([]);
  });

  it('S4.29 begins at a word a little before the first match, however far back that stands', () => {
    const [lead, match, end] = partAround([plain('word '.repeat(1_000)), hit('here'), plain(' it is')]);
    expect(lead?.text).toMatch(/^…word /);
    expect(lead?.text.length).toBeLessThanOrEqual(61);
    expect(match).toEqual(hit('here'));
    expect(end).toEqual(plain(' it is'));
  });

  it('S4.29 ends soon, with whole graphemes and all the matches in between', () => {
    const family = '👨‍👩‍👧‍👦';
    const cut = partAround([hit('a'), plain(family.repeat(100)), hit('b')]);
    expect(shown(cut)).toMatch(new RegExp(`^a(${family})+…$`, 'u'));
    expect(shown(cut).length).toBeLessThan(260);
    const lead = partAround([plain(family.repeat(100)), hit('b')])[0]?.text ?? '';
    expect(lead).toMatch(new RegExp(`^…(${family})+$`, 'u'));
  });
});
