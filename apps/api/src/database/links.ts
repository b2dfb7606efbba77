import { Socket } from 'node:net';

/** All TCP connections of this node to the database, so that they can be ended together when the way there is dead. */
export class Links {
  private readonly sockets = new Set<Socket>();

  /** For the option `stream` of node-postgres: a socket that is not connected yet. */
  readonly open = (): Socket => {
    const socket = new Socket();
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };

  /** Whatever waits for an answer on one of them fails now, and none of them goes back to a pool. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
