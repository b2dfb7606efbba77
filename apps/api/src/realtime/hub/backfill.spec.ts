import { describe, expect, it } from '@jest/globals';
import { Backfill } from './backfill.js';
import type { StreamEvent, VersionRange } from './stream-events.js';

const event = (version: number): StreamEvent => ({ version, name: 'message:new', payload: null });
/** Long enough for a read to end and the next to begin. */
const turn = async () => {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

class Source {
  readonly asked: (readonly VersionRange[])[] = [];
  private readonly gates: (() => void)[] = [];
  broken = false;
  readonly reader = new Backfill(async (ranges) => {
    this.asked.push(ranges);
    await new Promise<void>((resolve) => this.gates.push(resolve));
    if (this.broken) throw new Error('the database is away');
    return new Map(ranges.map(({ conversationId, upTo }) => [conversationId, [event(upTo)]]));
  });

  answer(): void {
    this.gates.shift()?.();
  }
}

const range = (conversationId: string, after: number, upTo: number) => ({ conversationId, after, upTo });

describe('the reader of gaps', () => {
  it('G7: reads the gaps of a turn in one query, and those that come meanwhile in the next', async () => {
    const { reader, asked, answer } = bound(new Source());
    const first = [reader.events(range('a', 0, 3)), reader.events(range('b', 7, 8))];
    await turn();
    const later = [reader.events(range('c', 1, 2)), reader.events(range('d', 1, 4))];
    await turn();
    expect(asked).toEqual([[range('a', 0, 3), range('b', 7, 8)]]);
    answer();
    expect(await Promise.all(first)).toEqual([[event(3)], [event(8)]]);
    await turn();
    answer();
    expect(await Promise.all(later)).toEqual([[event(2)], [event(4)]]);
    expect(asked[1]).toEqual([range('c', 1, 2), range('d', 1, 4)]);
  });

  it('G8: reads at most 100 versions of one conversation and 500 of all at once', async () => {
    const { reader, asked, answer } = bound(new Source());
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => reader.events(range(id, 10, 100_000)));
    await turn();
    expect(asked[0]).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => range(id, 10, 110)));
    answer();
    await all[0];
    await turn();
    answer();
    await Promise.all(all);
    expect(asked[1]).toEqual([range('f', 10, 110)]);
  });

  it('G4: reads each by itself where they cannot be read together: one that is unreadable keeps nobody waiting', async () => {
    const reader = new Backfill((ranges) =>
      ranges.some(({ conversationId }) => conversationId === 'bad')
        ? Promise.reject(new Error('a kind that nobody knows'))
        : Promise.resolve(new Map(ranges.map(({ conversationId, upTo }) => [conversationId, [event(upTo)]]))),
    );
    const [good, bad, other] = ['good', 'bad', 'other'].map((id) => reader.events(range(id, 0, 1)));
    await expect(bad).rejects.toThrow('nobody knows');
    expect(await Promise.all([good, other])).toEqual([[event(1)], [event(1)]]);
  });

  it('tells everyone who waits when a read fails, and goes on with the next', async () => {
    const source = new Source();
    const { reader, answer } = bound(source);
    source.broken = true;
    const failed = reader.events(range('a', 0, 1));
    await turn();
    answer();
    await expect(failed).rejects.toThrow('away');
    source.broken = false;
    const again = reader.events(range('a', 0, 1));
    await turn();
    answer();
    expect(await again).toEqual([event(1)]);
  });
});

function bound(source: Source) {
  return { reader: source.reader, asked: source.asked, answer: () => source.answer() };
}
