import { parseArgs } from 'node:util';
import { PostgresCluster, residentBytes } from '@parley/testkit';
import { machine } from '../bench/report.js';
import { Asker } from './asker.js';
import { questions } from './calls.js';
import { inconsistencies, RULE_COUNT } from './consistency.js';
import { type LoadedDatabase, openLoaded } from './loaded-database.js';
import { compare, type Side } from './measure.js';
import { describeResults, isKept, type Results, writeResults } from './report.js';
import { addSearchRows, findable, searchQuestions } from './search-rows.js';
import { ASKER } from './size.js';
import { measureCosts } from './writer-cost.js';

const USAGE = `npm run scale -- [options]
  --small N, --large N   messages of the two databases that are compared (10,000 and 1,000,000)
  --turns N              how often each call is made of each (200)
  --only PATTERN         only calls whose names match it
  --search               searches instead, with as many messages again in conversations of others
  --skip calls|costs     leaves out the comparison, or what a command costs in groups of 10 and of 5,000
  --load N               only fills a database with N messages, starts a node on it and waits to be interrupted`;

const GROUPS = [10, 5_000];

/** The command line, or how to use it. */
function given() {
  try {
    const { values } = parseArgs({
      options: {
        small: { type: 'string', default: '10000' },
        large: { type: 'string', default: '1000000' },
        turns: { type: 'string', default: '200' },
        only: { type: 'string', default: '' },
        search: { type: 'boolean', default: false },
        skip: { type: 'string' },
        load: { type: 'string' },
      },
    });
    const [small, large, turns, alone] = [values.small, values.large, values.turns, values.load ?? 'Infinity'].map(
      Number,
    );
    const isSkip = values.skip === undefined || values.skip === 'calls' || values.skip === 'costs';
    if (!small || !large || !turns || !alone || !isSkip) throw new Error(USAGE);
    return {
      small,
      large,
      turns,
      search: values.search,
      only: values.only,
      skip: values.skip,
      load: values.load ? alone : null,
    };
  } catch {
    throw new Error(USAGE);
  }
}

interface Venue {
  loaded: LoadedDatabase;
  side: Side;
}

/** A database with so many messages, looked over, and a node on it. */
async function openVenue(cluster: PostgresCluster, messages: number): Promise<Venue> {
  const begun = performance.now();
  const loaded = await openLoaded(cluster, { messages, tell: (line) => console.log(`  ${line}`) });
  console.log(`${messages.toLocaleString('en-US')} messages loaded in ${seconds(begun)}.`);
  const broken = await inconsistencies(loaded.session);
  if (broken.length > 0) throw new Error(`The rows do not agree with each other: ${JSON.stringify(broken, null, 2)}`);
  console.log(`  ${RULE_COUNT} rules hold.`);
  const asker = await Asker.of(loaded.node.url, ASKER);
  return { loaded, side: { asker, questions: await questions(loaded.session, asker) } };
}

async function closeVenue({ loaded, side }: Venue): Promise<void> {
  side.asker.close();
  await loaded.close();
}

/** Likewise for searches: with words to be searched by, all of them findable. */
async function openSearch(cluster: PostgresCluster, messages: number): Promise<Venue> {
  const loaded = await openLoaded(cluster, { messages, add: addSearchRows, tell: (line) => console.log(`  ${line}`) });
  const begun = performance.now();
  await findable(loaded.session);
  console.log(`${messages.toLocaleString('en-US')} messages and as many of others made findable in ${seconds(begun)}.`);
  const { rows } = await loaded.session.query<{ bytes: number }>(
    "SELECT (pg_total_relation_size('message_search') / count(*))::integer AS bytes FROM message_search",
  );
  console.log(`  ${rows[0]?.bytes} bytes a message.`);
  return { loaded, side: { asker: await Asker.of(loaded.node.url, ASKER), questions: searchQuestions() } };
}

async function comparison(cluster: PostgresCluster, options: ReturnType<typeof given>) {
  const open = options.search ? openSearch : openVenue;
  const [small, large] = [await open(cluster, options.small), await open(cluster, options.large)];
  const chosen = ({ asker, questions: all }: Side): Side => ({
    asker,
    questions: all.filter(({ name }) => new RegExp(options.only).test(name)),
  });
  const comparisons = await compare(chosen(small.side), chosen(large.side), options.turns);
  const memory = { small: residentBytes(small.loaded.node.pid), large: residentBytes(large.loaded.node.pid) };
  await closeVenue(small);
  await closeVenue(large);
  return { comparisons, memory };
}

async function measure(cluster: PostgresCluster, options: ReturnType<typeof given>): Promise<void> {
  const compared = options.skip === 'calls' ? { comparisons: [], memory: null } : await comparison(cluster, options);
  const results: Results = {
    at: new Date().toISOString(),
    machine: machine(),
    messages: { small: options.small, large: options.large },
    turns: options.turns,
    ...compared,
    costs: options.skip === 'costs' || options.search ? [] : await measureCosts(cluster, GROUPS),
  };
  console.log(`\n${describeResults(results)}`);
  console.log(`\nWritten to ${writeResults(results)}`);
  if (!isKept(results)) process.exitCode = 1;
}

async function wait(cluster: PostgresCluster, messages: number): Promise<void> {
  const venue = await openVenue(cluster, messages);
  const { node, name } = venue.loaded;
  console.log(`${node.url} on ${cluster.url(name)}; interrupt to end.`);
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt());
  await interrupted;
  await closeVenue(venue);
}

async function scale(): Promise<void> {
  const options = given();
  const cluster = await PostgresCluster.start();
  try {
    await (options.load === null ? measure(cluster, options) : wait(cluster, options.load));
  } finally {
    await cluster.stop();
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

await scale().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
