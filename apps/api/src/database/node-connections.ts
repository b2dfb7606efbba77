/** How many connections one node opens to a database by URL: for reading, for writing, and to watch whether it is there. */
export const CONNECTIONS = { main: 10, writer: 8, watch: 1 } as const;

export const CONNECTIONS_OF_A_NODE = CONNECTIONS.main + CONNECTIONS.writer + CONNECTIONS.watch;
