import { expect, it } from '@jest/globals';
import { chooseSubprotocol, chooseVersion } from './version-negotiation.js';

it.each([
  ['1.0,1.1,1.2', '1.2'],
  ['1.2,1.1,1.0', '1.2'],
  ['1.1,1.0', '1.1'],
  ['1.1', '1.1'],
  [' 1.0 , 2.0', '1.0'],
  ['2.0', null],
  ['', null],
  ['1.20', null],
  [undefined, '1.0'],
])('of the versions %j that a client offers the highest is spoken: %j', (offered, version) => {
  expect(chooseVersion(offered)).toBe(version);
});

it.each([
  [['v10.stomp', 'v11.stomp', 'v12.stomp'], 'v12.stomp'],
  [['v10.stomp', 'v11.stomp'], 'v11.stomp'],
  [['v10.stomp'], 'v10.stomp'],
  [['parley.v1'], null],
  [[], null],
])('of the subprotocols %j the highest is chosen: %j', (offered, chosen) => {
  expect(chooseSubprotocol(new Set(offered))).toBe(chosen);
});
