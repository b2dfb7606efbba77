export { type CheckOptions, check, type Report } from './checker/check.js';
export { faultyLines } from './checker/exits.js';
export { type Delays, delaysOf, type Recovery } from './checker/liveness.js';
export type { ProcessFigures, ResourceLimits } from './checker/resources.js';
export type { Counts } from './checker/tally.js';
export { INVARIANTS, type Invariant, VIOLATIONS, type Violation, type ViolationName } from './checker/violations.js';
export { eventually, expectSoon } from './clients/eventually.js';
export { FrameReader } from './clients/frame-reader.js';
export { type Answer, HttpClient, Refusal } from './clients/http-client.js';
export { isEvent, type LeanHandlers, type LeanOptions, LeanSocket } from './clients/lean-socket.js';
export { type LeanAddress, LeanWebSocket, type LeanWebSocketHandlers } from './clients/lean-websocket.js';
export { type MetricFamily, type MetricSample, metricOf, readOpenMetrics } from './clients/open-metrics.js';
export { RestClient } from './clients/rest-client.js';
export { type LoggedEvent, ScriptedClient } from './clients/scripted-client.js';
export { readStompFrame, type StompFrame, writeStompFrame } from './clients/stomp-frame.js';
export { TestUser } from './clients/test-user.js';
export {
  DEFAULT_ISSUER,
  type HostUser,
  hostToken,
  type Issuer,
  signedToken,
  type TokenOptions,
} from './clients/tokens.js';
export { download, type UploadAnswer, upload } from './clients/upload.js';
export { type PlainFrame, type PlainOptions, WebSocketClient } from './clients/websocket-client.js';
export { Fleet, type FleetOptions } from './fleet/fleet.js';
export { FleetNode, type NodeLinks, type NodeRun } from './fleet/fleet-node.js';
export { type Sample, Sampler } from './fleet/sampler.js';
export type { HistoryEvent, HistoryHeader, NewEvent, ProbeEvent } from './history/history-event.js';
export { readHeader, readHistory } from './history/read-history.js';
export { hashOf, monotonicSeconds, Recorder, type RecorderOptions } from './history/recorder.js';
export { Balancer } from './links/balancer.js';
export { testCertificate } from './links/certificate.js';
export type { Target } from './links/connection-link.js';
export type { LinkMode } from './links/link-mode.js';
export { TcpProxy } from './links/tcp-proxy.js';
export { adminCommand, deploymentCommand } from './processes/admin-command.js';
export { bareEnvironment, Child, type ChildOptions, type Exit } from './processes/child-process.js';
export { secretsIn } from './processes/log-secrets.js';
export { type NodeOptions, ParleyNode } from './processes/parley-node.js';
export { PgBouncer } from './processes/pg-bouncer.js';
export { freePort, freshDirectory, ROOT, SERVER, SERVER_IN_FILES } from './processes/places.js';
export { PostgresCluster } from './processes/postgres-cluster.js';
export { cpuSeconds, cpuSecondsOfFamily, openFiles, residentBytes } from './processes/process-figures.js';
export { type PrometheusOptions, type PrometheusRule, PrometheusServer } from './processes/prometheus-server.js';
export { RedisCluster } from './processes/redis-cluster.js';
export { RedisServer } from './processes/redis-server.js';
export { type Patch, SourceCopy } from './processes/source-copy.js';
export { SwiftServer } from './processes/swift-server.js';
export { openClient } from './transports/open-client.js';
export { inTurnOf, TRANSPORTS, type Transport, type TransportClient } from './transports/transport-client.contract.js';
export { Chance } from './workload/chance.js';
export { type Rest, Workload, type WorkloadOptions } from './workload/workload.js';
export { FULL_WORKLOAD, SMALL_WORKLOAD, type WorkloadShape } from './workload/workload-shape.js';
