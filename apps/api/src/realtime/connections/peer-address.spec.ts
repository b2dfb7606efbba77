import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { peerAddresses } from './peer-address.js';

class Empty {}

const addressOf = async (trustProxy: boolean | string, remoteAddress: string, forwarded?: string) => {
  const app = await NestFactory.create<NestExpressApplication>({ module: Empty }, new ExpressAdapter(), {
    logger: false,
  });
  app.set('trust proxy', trustProxy);
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return peerAddresses(app)({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
};

describe('the address that a handshake is counted by', () => {
  it('is the peer, whatever its headers, where no proxy is believed', async () => {
    expect(await addressOf(false, '127.0.0.1', '203.0.113.1')).toBe('127.0.0.1');
    expect(await addressOf('loopback', '203.0.113.7', '203.0.113.1')).toBe('203.0.113.7');
  });

  it('is the last one that no believed proxy passed on, which clients cannot choose', async () => {
    expect(await addressOf('loopback', '127.0.0.1', '198.51.100.9, 203.0.113.1')).toBe('203.0.113.1');
    expect(await addressOf('loopback, uniquelocal', '::ffff:127.0.0.1', '203.0.113.1, 10.1.2.3')).toBe('203.0.113.1');
    expect(await addressOf('loopback', '127.0.0.1')).toBe('127.0.0.1');
    expect(await addressOf(true, '127.0.0.1', '203.0.113.1')).toBe('203.0.113.1');
  });

  it('is the network for IPv6, of whose addresses everybody has as many as they like', async () => {
    const [one, other, another] = await Promise.all(
      ['2001:db8:1:2::1', '2001:db8:1:2:ffff::7', '2001:db8:1:3::1'].map((each) => addressOf(false, each)),
    );
    expect(other).toBe(one);
    expect(another).not.toBe(one);
  });
});
