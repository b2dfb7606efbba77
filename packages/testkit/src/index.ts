export { isEvent, type LeanHandlers, type LeanOptions, LeanSocket } from './clients/lean-socket.js';
export { RestClient } from './clients/rest-client.js';
export { type LoggedEvent, ScriptedClient } from './clients/scripted-client.js';
export { DEFAULT_ISSUER, hostToken, type Issuer, type Person, type TokenOptions } from './clients/tokens.js';
export { bareEnvironment, Child, type ChildOptions, type Exit } from './processes/child-process.js';
export { type NodeOptions, ParleyNode } from './processes/parley-node.js';
export { freePort, freshDirectory, ROOT, SERVER } from './processes/places.js';
export { PostgresCluster } from './processes/postgres-cluster.js';
export { cpuSeconds, cpuSecondsOfFamily, residentBytes } from './processes/process-cpu.js';
