import { expect, it } from '@jest/globals';
import type { Database } from '../../database/database.js';
import type { HealthRegistry } from '../telemetry/health-registry.js';
import { HealthController } from './health.controller.js';

it('G8: all who ask at once whether the node is ready share one ping of the database', async () => {
  const pings: PromiseWithResolvers<void>[] = [];
  const database = { ping: () => (pings[pings.push(Promise.withResolvers<void>()) - 1] as (typeof pings)[0]).promise };
  const state = { degraded: [], details: {} };
  const health = new HealthController(database as unknown as Database, state as unknown as HealthRegistry);
  const first = Promise.all(Array.from({ length: 100 }, () => health.ready()));
  pings[0]?.resolve();
  expect(new Set((await first).map(({ status }) => status))).toEqual(new Set(['ok']));
  const second = health.ready();
  pings[1]?.reject(new Error('away'));
  await expect(second).rejects.toMatchObject({ code: 'service_unavailable' });
  expect(pings).toHaveLength(2);
});
