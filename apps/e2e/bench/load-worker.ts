import { LoadClients } from './load-clients.js';
import type { LoadAnswer, LoadCommand, LoadFigures } from './load-protocol.js';

/** A load generator's process: carries out the commands of the main process, one at a time. */

const clients = new LoadClients();

async function handle(command: LoadCommand): Promise<LoadFigures | null> {
  switch (command.do) {
    case 'connect':
      await clients.connect(command.targets, command.seats);
      return null;
    case 'saturate':
      clients.saturate(command.inFlight);
      return null;
    case 'pace':
      clients.pace(command.perSecond);
      return null;
    case 'pause':
      await clients.pause();
      return null;
    case 'measure':
      return clients.measure(command.seconds, command.watch);
  }
}

function answer(message: LoadAnswer): void {
  process.send?.(message);
}

process.on('message', (command: LoadCommand) => {
  handle(command).then(
    (figures) => answer({ figures }),
    (error: unknown) => answer({ failed: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
