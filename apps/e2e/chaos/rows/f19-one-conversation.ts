import type { Row } from '../row.contract.js';

/** F19: all users send at once in one conversation, over three nodes, without a fault. */
export function oneConversation(seconds: number): Row {
  return {
    id: 'F19',
    title: `50 people send at once in one conversation, ${seconds} s`,
    nodes: 3,
    workload: { hotShare: 1 },
    run: (stage) => stage.pass(seconds),
    judge(stage, report) {
      const { deliveries, acked } = report.counts;
      const out = (report.found['wire-reorder'] ?? 0) + (report.found['wire-repeat'] ?? 0);
      stage.figure(
        'on raw sockets',
        `${out} of ${deliveries} deliveries of ${acked} messages out of order or repeated`,
      );
      stage.must(acked > seconds * 20, `Only ${acked} messages in ${seconds} s: that proves little.`);
    },
  };
}
