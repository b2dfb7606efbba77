import { TRANSPORTS, type Transport } from '../transports/transport-client.contract.js';

/** The size of a workload and its mix of operations. */
export interface WorkloadShape {
  /** People who act. */
  users: number;
  /** Members of the one large conversation, of those who act. */
  hotMembers: number;
  /** Conversations of several. */
  groups: number;
  groupMembers: number;
  /** Conversations of two. */
  directs: number;
  /** Messages a second, all together. */
  rate: number;
  /** Of all messages, the share that goes to the large conversation. */
  hotShare: number;
  /** Of all that is done, the share of members who are added or removed. */
  moves: number;
  /** Share of devices without a socket. */
  rest: number;
  /** Share of devices that are our own client. */
  sdk: number;
  /** Those of the sockets of all other devices, in turn. */
  transports: readonly Transport[];
  /** Passive devices connected to each node directly. */
  observers: number;
  /** Milliseconds between probes from each node; 0: none. */
  probeEvery: number;
  /** Seconds until an unacknowledged send is abandoned, its outcome unknown. */
  timeout: number;
}

export const FULL_WORKLOAD: WorkloadShape = {
  users: 60,
  hotMembers: 50,
  groups: 6,
  groupMembers: 10,
  directs: 5,
  rate: 50,
  hotShare: 0.4,
  moves: 0.03,
  rest: 0.15,
  sdk: 0.1,
  transports: TRANSPORTS,
  observers: 2,
  probeEvery: 200,
  timeout: 60,
};

/** Enough of each kind to meet every rule, in seconds, beside other tests. */
export const SMALL_WORKLOAD: WorkloadShape = {
  ...FULL_WORKLOAD,
  users: 12,
  hotMembers: 10,
  groups: 2,
  groupMembers: 6,
  directs: 2,
  rate: 25,
  observers: 1,
  timeout: 30,
};
