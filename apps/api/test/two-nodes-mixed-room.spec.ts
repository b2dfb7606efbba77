import { describe, it } from '@jest/globals';
import { expectOneOrder } from './mixed-room.js';
import { pairOfNodes } from './pair-of-nodes.js';

const pair = pairOfNodes();

describe('a conversation whose members use all transports of two nodes at once', () => {
  it('G2 G3 G4: every reader on either node gets one order, nothing twice and nothing missing', async () => {
    await expectOneOrder(pair.nodes);
  });
});
