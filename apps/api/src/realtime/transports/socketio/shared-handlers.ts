import type { MessageMappingProperties } from '@nestjs/websockets';
import { WebSocketsController } from '@nestjs/websockets/web-sockets-controller.js';
import type { CommandHandler } from '../../commands/command-router.js';
import type { ParleySocket } from '../../socket.js';

/** What a gateway's methods are handed to, with each socket. */
export interface TakesHandlers {
  connected(socket: ParleySocket, handlers: ReadonlyMap<string, CommandHandler>): void;
}

/** Of each gateway, by Nest's own list of its methods. */
const shared = new WeakMap<readonly MessageMappingProperties[], ReadonlyMap<string, CommandHandler>>();

/**
 * Nest binds every method of every gateway to every socket, three kilobytes for each. The methods are the same for all of
 * them, with the socket as their first argument, so the adapter is given them unbound. Measured in docs/performance.md.
 */
export function shareHandlers(): void {
  WebSocketsController.prototype.subscribeMessages = function handOver(methods, client, gateway): void {
    const { config } = this as unknown as { config: { getIoAdapter(): TakesHandlers } };
    const handlers = shared.get(methods) ?? handlersOf(methods, gateway);
    shared.set(methods, handlers);
    config.getIoAdapter().connected(client as ParleySocket, handlers);
  };
}

const handlersOf = (
  methods: readonly MessageMappingProperties[],
  gateway: object,
): ReadonlyMap<string, CommandHandler> =>
  new Map(methods.map(({ message, callback }) => [String(message), callback.bind(gateway) as CommandHandler]));
