import { describe, expect, it } from '@jest/globals';
import { isPublicAddress, publicLookup } from './public-address.js';

describe('an address', () => {
  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::200e'])(
    'is public: %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.31.255.255', '192.168.0.1'],
    ...['198.19.0.1', '224.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::ffff:8.8.8.8', '64:ff9b::a00:1', 'fc00::1', 'fe80::1', 'ff02::1', '2001::1', '2001:db8::1'],
    ...['2002:a00:1::1', 'localhost', ''],
  ])('is of our own network, or none: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('is not looked up for a name that leads into our own network', async () => {
    const fault = await new Promise((resolve) => {
      publicLookup('localhost', {}, (error) => resolve(error?.message));
    });
    expect(fault).toBe('localhost has an address that is not public.');
  });
});
