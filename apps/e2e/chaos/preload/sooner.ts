// For `node --import`, before a node's own script: what is done every ten minutes is done ten times a second. The product
// itself knows nothing of this.
const TEN_MINUTES_MS = 600_000;
const SOON_MS = 100;

const original = globalThis.setTimeout;
const sooner = (work: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) =>
  original(work, ms === TEN_MINUTES_MS ? SOON_MS : ms, ...given);
Object.defineProperties(sooner, Object.getOwnPropertyDescriptors(original));
globalThis.setTimeout = sooner as typeof setTimeout;

export {};
