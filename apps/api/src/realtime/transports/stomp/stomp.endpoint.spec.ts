import { expect, it } from '@jest/globals';
import { stompEndpoint } from './stomp.endpoint.js';

const at = (path: string) => new URL(path, 'http://localhost');

it.each([
  ['/stomp', true],
  ['/stomp/', true],
  ['/stomp?ticket=x', true],
  ['/stomp/websocket', false],
  ['/stompx', false],
  ['/ws', false],
])('%s is an address of STOMP: %s', (path, isTaken) => expect(stompEndpoint.takes(at(path))).toBe(isTaken));

it.each([
  ['/stomp', undefined],
  ['/stomp?ticket=x', undefined],
  ['/stomp?token=x', 'unauthenticated'],
  ['/stomp?x=y', 'validation_failed'],
])('%s is refused before anything is spoken with %s', (path, code) =>
  expect(stompEndpoint.refusalOf({ url: at(path), headers: {} })?.code).toBe(code),
);
