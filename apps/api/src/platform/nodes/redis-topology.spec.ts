import { describe, expect, it } from '@jest/globals';
import { readTopology } from './redis-topology.js';

const node = (place: string, flags: string, more = '- 0 0 1 connected 0-5460') => `0f ${place} ${flags} ${more}`;

describe('what a node says of its cluster', () => {
  it('is where the others are, by name where they have one', () => {
    const lines = [
      node('10.0.0.1:6379@16379', 'myself,master'),
      node('10.0.0.2:6380@16380,redis-2.example', 'master'),
      node('2001:db8::3:6379@16379,', 'slave', '0f 0 0 1 connected'),
      node(':0@0', 'master,noaddr'),
      node('10.0.0.5:6379@16379', 'handshake', '- 0 0 0 connected'),
    ];
    const { addresses } = readTopology(`${lines.join('\n')}\n`);
    expect(addresses).toEqual(['10.0.0.1:6379', 'redis-2.example:6380', '[2001:db8::3]:6379']);
  });

  it.each([
    [true, ['master', 'master'], 'connected'],
    [true, ['master', 'master,fail'], 'connected'],
    [false, ['master,fail?', 'master,fail'], 'connected'],
    [false, ['master', 'master'], 'disconnected'],
  ])('is %s: it is connected with most of those that have slots: %s, %s', (expected, others, link) => {
    const lines = [node('a:1@2', 'myself,master'), ...others.map((flags) => node('b:1@2', flags, `- 0 0 1 ${link} 9`))];
    expect(readTopology(lines.join('\n')).hasMajority).toBe(expected);
  });

  it('is nothing where it belongs to no cluster yet', () => {
    expect(readTopology(node(':6379@16379', 'myself,master', '- 0 0 0 connected'))).toEqual({
      addresses: [],
      hasMajority: false,
    });
  });
});
