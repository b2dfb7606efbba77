// For `node --import`, before a node's own script: at SIGUSR2 the process does nothing else for three seconds, as in a
// computation that does not end. The product itself knows nothing of this.
const STANDSTILL_MS = 3_000;

process.on('SIGUSR2', () => {
  for (const end = performance.now() + STANDSTILL_MS; performance.now() < end; );
});

export {};
