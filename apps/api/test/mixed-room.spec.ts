import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { expectOneOrder } from './mixed-room.js';
import { startNode, type TestNode } from './node.js';

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

describe('a conversation whose members use all transports at once', () => {
  it('G2 G3 G4: every reader on one node gets one order, nothing twice and nothing missing', async () => {
    await expectOneOrder([node]);
  });
});
