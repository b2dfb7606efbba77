import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Config } from '../../config/config.js';
import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { AdminCommands } from './admin-commands.js';
import { AdminSocket } from './admin-socket.js';
import type { DatabaseCopies } from './database-copies.js';
import type { DatabaseFactsService } from './database-facts.service.js';

it('lets the node start where a directory has the name of its socket, and reports that', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-admin-'));
  mkdirSync(join(dataDir, 'admin.sock'));
  const reported: string[] = [];
  const reporter = { adminSocketMissing: (reason: string) => reported.push(reason) } as unknown as EventReporter;
  const socket = new AdminSocket(
    { databaseUrl: null, dataDir } as Config,
    {} as AdminCommands,
    {} as DatabaseCopies,
    {} as DatabaseFactsService,
    reporter,
  );
  await socket.onApplicationBootstrap();
  socket.onApplicationShutdown();
  rmSync(dataDir, { recursive: true });
  expect(reported).toEqual([expect.stringContaining('admin.sock')]);
});
