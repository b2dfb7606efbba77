import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Plays with a server of ours on this machine that nobody may ask; how often it was asked. */
export async function withCanary(play: (url: string) => Promise<void>): Promise<number> {
  let asked = 0;
  const canary = createServer((_request, response) => {
    asked += 1;
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  await play(`http://127.0.0.1:${(canary.address() as AddressInfo).port}/keys`).finally(() => canary.close());
  return asked;
}
