import { Socket } from 'node:net';

/** All TCP connections of this node to the database, so that they can be ended together when the way there is dead. */
export class DatabaseSockets {
  private readonly sockets = new Set<Socket>();
  private heardBefore = 0;

  /** For the option `stream` of node-postgres: a socket that is not connected yet. */
  readonly open = (): Socket => {
    const socket = new Socket();
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.heardBefore += socket.bytesRead;
    });
    return socket;
  };

  /** All bytes that the database has sent: while the number grows, the database is there. */
  get bytesHeard(): number {
    let sum = this.heardBefore;
    for (const socket of this.sockets) sum += socket.bytesRead;
    return sum;
  }

  /** Whatever waits for an answer on one of them fails now, and none of them goes back to a pool. */
  disconnect(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
