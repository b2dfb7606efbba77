import './small-limits.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import fc from 'fast-check';
import { startNode, type TestNode } from './node.js';
import { groupOf, type Person, people, succeeded } from './people.js';
import { fetched, SyncReader } from './sync-reader.js';

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

/** Who of the crowd acts, and how: moves in or out, reads, or nothing but the reader's sync. */
const step = fc.record({
  who: fc.integer({ min: 0, max: LIMITS.receiptsMembers - 1 }),
  act: fc.constantFrom('move', 'move', 'read', 'sync'),
});

describe('a group around the number of members up to which marks are shown', () => {
  it('G4: who syncs now and then has the marks that a fresh client gets, whoever came, left and read', async () => {
    const history = fc.array(step, { minLength: 4, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const [owner, reader, ...crowd] = (await people(node, LIMITS.receiptsMembers + 2)) as [Person, ...Person[]];
        const id = await groupOf(owner, [reader as Person, ...crowd]);
        const synced = new SyncReader(reader as Person);
        const inside = new Set<Person>(crowd);
        for (const { who, act } of steps) {
          const person = crowd[who] as Person;
          if (act === 'sync') await synced.catchUp();
          else if (act === 'read') {
            const from = inside.has(person) ? person : owner;
            const { lastSeq } = await from.sees(id);
            succeeded(await from.post(`/conversations/${id}/read`, { seq: lastSeq }));
          } else if (inside.delete(person)) await owner.delete(`/conversations/${id}/members/${person.id}`);
          else {
            inside.add(person);
            succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [person.id] }));
          }
        }
        await synced.catchUp();
        expect(synced.state()).toEqual(synced.knownOf(await fetched(reader as Person)));
      }),
      { numRuns: 8 },
    );
  });
});
