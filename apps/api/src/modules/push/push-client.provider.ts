import { CONFIG, type Config } from '../../config/config.js';
import { Keys } from '../../platform/keys.js';
import { PushClient } from '../../platform/push/push-client.js';

/** Null where no pushes are sent. */
export const PUSH_CLIENT = Symbol('push client');

export const pushClientProvider = {
  provide: PUSH_CLIENT,
  useFactory: ({ push }: Config, keys: Keys) => push && new PushClient(push, keys),
  inject: [CONFIG, Keys],
};
