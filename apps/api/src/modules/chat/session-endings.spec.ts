import { expect, it } from '@jest/globals';
import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { NodeBus } from '../../realtime/bus/node-bus.js';
import type { Connections } from '../../realtime/connections/connections.js';
import type { ParleyServer } from '../../realtime/socket.js';
import { SESSIONS_ENDED, SessionEvents, type SessionsEnded } from '../auth/index.js';
import { SessionEndings } from './session-endings.js';

const ENDED: SessionsEnded = { userId: '01a22623-0599-71c9-861d-c56fd8b2a503', sessionIds: [], isDisabled: false };

it('publishes the sessions that were ended at this node, and none that another node has published', () => {
  const published: unknown[] = [];
  let receive: (ended: SessionsEnded) => void = () => undefined;
  const bus = {
    on: (_topic: unknown, listener: typeof receive) => {
      receive = listener;
    },
    publish: (_topic: unknown, ended: unknown) => published.push(ended),
  } as unknown as NodeBus;
  const events = new SessionEvents({} as never);
  const connections = { socketsOf: () => [] } as unknown as Connections;
  const endings = new SessionEndings(events, connections, {} as ParleyServer, bus, {} as EventReporter);
  endings.onModuleInit();

  events.ended(ENDED);
  expect(published).toEqual([ENDED]);
  receive(SESSIONS_ENDED.decode(JSON.parse(JSON.stringify(ENDED))) as SessionsEnded);
  expect(published).toHaveLength(1);
  endings.onApplicationShutdown();
});
