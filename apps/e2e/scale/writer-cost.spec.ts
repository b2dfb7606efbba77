import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresCluster } from '@parley/testkit';
import { type Cost, measureCosts } from './writer-cost.js';

const FEW = 10;
const MANY = 5_000;

describe('what a command costs the database', () => {
  let cluster: PostgresCluster;
  let costs: Cost[];

  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    costs = await measureCosts(cluster, [FEW, MANY]);
  });

  afterAll(() => cluster.stop());

  const inGroupOf = (members: number) =>
    Object.fromEntries(
      costs
        .filter((cost) => cost.members === members)
        .map(({ command, statements, written }) => [command, { statements, written }]),
    );

  it('G6: is as many statements and rows written in a group of 5,000 members as in one of 10', () => {
    expect(inGroupOf(MANY)).toEqual(inGroupOf(FEW));
  });

  it('G6: of a message is its row, its conversation’s, its sender’s and the one that it is found by', () => {
    expect(inGroupOf(FEW)['message:send']?.written).toEqual({
      'conversation_participants updated': 1,
      'conversations updated': 1,
      'message_search inserted': 1,
      'messages inserted': 1,
    });
  });

  it('reads no member but those it is about', () => {
    // Each of those rows is looked at by several statements; the others would be ten times as many.
    const read = costs
      .filter(({ members }) => members === MANY)
      .map(({ command, read: rows }) => [command, rows < MANY / 10]);
    expect(read).toEqual(read.map(([command]) => [command, true]));
  });
});
