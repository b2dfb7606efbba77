import type { Config } from '../../config/config.js';
import { forumEndpoint } from './forum/forum.endpoint.js';
import type { Endpoint } from './framed/endpoint.js';
import { stompEndpoint } from './stomp/stomp.endpoint.js';
import { websocketEndpoint } from './websocket/websocket.endpoint.js';

/** Where something else than Socket.IO is spoken; the first one that an address belongs to takes it. */
export const endpointsOf = (config: Config): readonly Endpoint[] => [
  forumEndpoint(config),
  websocketEndpoint,
  stompEndpoint,
];
