import type { ConnectingFigures, ReturningFigures } from './connecting-load.js';
import { CROWDS, type CrowdComparison, type CrowdFigures, type CrowdName } from './crowd-load.js';
import { percent, time, verdict, whole } from './figures-text.js';

/** What is promised: milliseconds, shares of a core, and processor time against bare Socket.IO's. */
const TARGETS = { teamP99: 5, teamShare: 0.04, manyP99: 60, largeLast: 40, largeCpu: 0.6, leftOver: 1.05 };

export function describeCrowds({ crowds, bareLarge, connecting, returning }: CrowdComparison): string[] {
  const { team, many, large } = crowds;
  const cpu = large.serverCpuPerDelivery / bareLarge.serverCpuPerDelivery;
  return [
    '## Many connections',
    ...Object.entries(crowds).map(([name, figures]) => line(CROWDS[name as CrowdName].title, figures)),
    line('bare Socket.IO, one conversation of 5,000', bareLarge),
    verdict(`500 connections: p99 ≤ ${TARGETS.teamP99} ms`, (team.p99 ?? Infinity) <= TARGETS.teamP99),
    verdict(`500 connections: ≤ ${percent(TARGETS.teamShare)} of a core`, team.serverCpuShare <= TARGETS.teamShare),
    verdict(`10,000 connections: p99 ≤ ${TARGETS.manyP99} ms`, (many.p99 ?? Infinity) <= TARGETS.manyP99),
    verdict(`5,000 in one: the last ≤ ${TARGETS.largeLast} ms`, (large.last ?? Infinity) <= TARGETS.largeLast),
    verdict(`5,000 in one: ${cpu.toFixed(2)} × CPU a delivery, ≤ ${TARGETS.largeCpu}`, cpu <= TARGETS.largeCpu),
    describeConnecting(connecting),
    ...describeReturning(returning),
  ];
}

export function describeConnecting({ serverCpu, databaseCpu, seconds }: ConnectingFigures): string {
  return (
    `connecting 2,000 people with 100 conversations each: ${serverCpu.toFixed(2)} ms of the server and ` +
    `${databaseCpu.toFixed(2)} ms of Postgres each, all ready after ${seconds.toFixed(1)} s`
  );
}

function line(title: string, { p50, p99, last, ...figures }: CrowdFigures): string {
  return [
    `${title}: p50 ${time(p50)}, p99 ${time(p99)}, the last ${time(last)}`,
    `${figures.serverCpuPerDelivery.toFixed(2)} µs a delivery`,
    `server / Postgres / generator ${[figures.serverCpuShare, figures.databaseCpuShare, figures.generatorCpuShare].map(percent).join(' / ')}`,
    `${whole(figures.serverMemoryMegabytes)} MB`,
  ].join(' · ');
}

function describeReturning({ connections, ...left }: ReturningFigures): string[] {
  const growth = ({ before, after }: ReturningFigures['memory']) => (before > 0 ? after / before : after + 1);
  const figures = Object.entries(left).map(([name, { before, after }]) => `${name} ${whole(before)} → ${whole(after)}`);
  const isBack = Object.values(left).every((each) => growth(each) <= TARGETS.leftOver);
  return [
    `${whole(connections)} connections of 500 users: ${figures.join(', ')}`,
    verdict(`back within ${percent(TARGETS.leftOver - 1)}`, isBack),
  ];
}
