import { SYNC_LIMITS } from '@parley/protocol';
import { type Figures, rowFigures, sumUp } from './figures.js';
import { checkRows, type SeedRecord } from './rows-oracle.js';
import { runSeed } from './seed-run.js';
import { SMALL_GROUP } from './small-group.js';
import { type Engine, openVenue, type Query } from './venue.js';

export interface PlayedSeed {
  seed: number;
  /** Sentences, each beginning with the letter of its oracle. */
  faults: string[];
  figures: Figures;
  seconds: number;
  /** What the node printed meanwhile: warnings and errors. */
  log: string;
}

export interface SeedsOptions {
  engine: Engine;
  seeds: number[];
  operations: number;
}

/** Odd ones meet small bounds of answers, even ones those of the protocol. */
function hasSmallLimits(seed: number): boolean {
  return seed % 2 === 1;
}

const { receiptsMembers } = SYNC_LIMITS;

/** The only one of the bounds that clients reckon with, too. */
function limitGroups(members: number): void {
  Object.assign(SYNC_LIMITS, { receiptsMembers: members });
}

/**
 * Plays seeds one after the other, those with the same limits on one node; calls back with each as soon as it is
 * decided.
 */
export async function playSeeds(
  { engine, seeds, operations }: SeedsOptions,
  hear: (played: PlayedSeed) => void,
): Promise<void> {
  for (const [isSmall, some] of Map.groupBy(seeds, hasSmallLimits)) {
    limitGroups(isSmall ? SMALL_GROUP : receiptsMembers);
    const venue = await openVenue(engine, isSmall);
    const undecided: (PlayedSeed & { record: SeedRecord | null })[] = [];
    const decide = async (query: Query) => {
      for (const { record, ...played } of undecided.splice(0)) {
        const found = record ? await checkRows(query, record) : [];
        const figures = sumUp([played.figures, record ? await rowFigures(query, record) : {}]);
        hear({ ...played, figures, faults: [...played.faults, ...found] });
      }
    };
    try {
      for (const seed of some) {
        const began = performance.now();
        const logged = venue.log().length;
        const outcome = await runSeed(venue.url, seed, operations);
        const seconds = (performance.now() - began) / 1000;
        undecided.push({ seed, ...outcome, seconds, log: venue.log().slice(logged) });
        if (venue.query) await decide(venue.query);
      }
    } finally {
      limitGroups(receiptsMembers);
      await venue.close(decide);
    }
  }
}
