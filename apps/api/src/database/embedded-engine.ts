// The embedded database, in a thread of its own: it takes whole messages of what a client of Postgres sends, and answers as a
// server does. It says `null` once it is open; told `null`, it closes, says `null` and ends. One that gives itself up says why.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { DURABLE_START, DurableFiles } from './durable-files.js';
import type { EnginePlace } from './engine-socket.js';

/** The default of 128 MB would be taken from the process's memory. */
const SETTINGS = ['shared_buffers = 16MB'];

if (!parentPort) throw new Error('This is started as a thread.');
const port = parentPort;
let lastWords = '';
const engine = await open(workerData as EnginePlace);

// What it hands over lies in its own memory, and is copied; as it comes, so that it is read meanwhile.
const onRawData = (bytes: Uint8Array): void => {
  const answer = bytes.slice();
  port.postMessage(answer, [answer.buffer]);
};
port.on('message', (question: Uint8Array | null) => {
  const work = question ? engine.execProtocolRawStream(question, { syncToFs: false, onRawData }) : close();
  work.catch(fail);
});
port.postMessage(null);

async function close(): Promise<void> {
  await engine.close();
  port.postMessage(null);
  process.exit(0);
}

async function open({ directory, isSynced }: EnginePlace): Promise<PGlite> {
  const files = isSynced ? new DurableFiles(directory, end) : null;
  const onStderr = (line: string): boolean => {
    // Details, hints and notices come beside what is wrong, and after it.
    if (!lastWords || /\b(ERROR|FATAL|PANIC): /.test(line)) lastWords = line;
    return false;
  };
  const kept = files ? { fs: files, startParams: DURABLE_START } : { dataDir: directory };
  const opened = new PGlite({ ...kept, postgresqlconf: SETTINGS, onStderr });
  try {
    await opened.waitReady;
  } catch (fault) {
    // What the engine throws where it ends is no error, and would not leave the thread as what it is.
    const why = lastWords || ((fault as { message?: string }).message ?? String(fault));
    throw new Error(`the embedded database does not open: ${why}`, { cause: fault });
  }
  files?.settle();
  return opened;
}

/** Ends the thread, however Node was told to take promises that nobody waits for. What the engine throws may be no error. */
function fail(fault: unknown): void {
  const why = (fault as { message?: string } | undefined)?.message ?? String(fault);
  setImmediate(() => {
    throw new Error(why, { cause: fault });
  });
}

/** After a panic PGlite would look for an answer without end. What it has said by then is on its way. */
function end(): never {
  port.postMessage(lastWords);
  return process.exit(1);
}
