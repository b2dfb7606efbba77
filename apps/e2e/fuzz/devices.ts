import { join } from 'node:path';
import { memoryStorage } from '@parley/client';
import { fileStorage } from '@parley/client/node';
import { Device } from './device.js';
import type { Fixture } from './fixture.js';
import type { Random } from './random.js';

/** Every guest's devices, in the order of the guests. The last one of each keeps its outbox in a file. */
export function createDevices(
  fixture: Fixture,
  options: { url: string; devicesEach: number; directory: string; random: Random },
): Device[] {
  const { url, devicesEach, directory, random } = options;
  return fixture.guests.flatMap((guest, user) =>
    Array.from({ length: devicesEach }, (_, number) => {
      const name = `u${user}d${number}`;
      const inMemory = memoryStorage();
      const inFile = number === devicesEach - 1;
      const openStorage = () => (inFile ? fileStorage(join(directory, `${name}.json`)) : inMemory);
      return new Device({ name, url, guest, openStorage, random: random.fork(name) });
    }),
  );
}
