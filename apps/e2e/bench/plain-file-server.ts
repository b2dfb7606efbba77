import { createReadStream, createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** What Parley is compared with for files: Node alone, which pipes every body into a file, and files into answers. */
const { PORT, DIRECTORY = '' } = process.env;
let files = 0;

const server = createServer((request, response) => {
  const pass = async () => {
    if (request.method !== 'POST') return pipeline(createReadStream(join(DIRECTORY, request.url ?? '')), response);
    const fileId = String((files += 1));
    await pipeline(request, createWriteStream(join(DIRECTORY, fileId)));
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ fileId }));
  };
  pass().catch(() => response.destroy());
});

// As Parley's: no connection is closed just when the next file is sent by it.
server.keepAliveTimeout = 65_000;
process.on('SIGTERM', () => process.exit(0));
server.listen(Number(PORT), '127.0.0.1');
