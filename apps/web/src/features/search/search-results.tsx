import type { SearchHit } from '@parley/protocol';
import { usePeople } from '@parley/react';
import { useLayoutEffect, useRef } from 'react';
import { Button } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { Isolated, isolate } from '../../ui/isolated.js';
import { EmptyState, Skeleton } from '../../ui/states.js';
import { TryAgain } from '../../ui/try-again.js';
import { personOf } from '../people/names.js';
import { rememberedPosition, rememberPosition } from './scroll-position.js';
import { SearchHitRow } from './search-hit.js';
import type { MessageSearch } from './use-message-search.js';

/** Hits that are requested again for the sake of the position. */
const MOST_RESTORED = 100;

interface SearchResultsProps {
  search: MessageSearch;
  hrefOf: (hit: SearchHit) => string;
  /** The message that the address names already, and what opens it once more. */
  opened?: { seq: number | null; reopen: () => void };
  /** The heading above hits of one conversation; none where all are of one. */
  headingOf?: (conversationId: string) => string;
}

/** What was found, newest first, and what to do where that is nothing. */
export function SearchResults({ search, hrefOf, opened, headingOf }: SearchResultsProps) {
  const { query, status, items, error, hasMore, more } = search;
  const people = usePeople();
  const list = useRestoredPosition(search);
  return (
    <div
      ref={list}
      tabIndex={-1}
      className="min-h-0 flex-1 overflow-y-auto px-2 pb-4"
      aria-busy={status === 'searching'}
      data-testid="search-results"
    >
      <output className="sr-only">{status === 'ready' ? countOf(items.length, hasMore) : ''}</output>
      {error ? <Failure error={error} onRetry={search.isFinal ? null : more} /> : null}
      {status === 'searching' && items.length === 0 ? <Skeleton rows={5} className="p-3" /> : null}
      {status === 'idle' ? <Hint /> : null}
      {status === 'ready' && items.length === 0 ? <NothingFound query={query} hasMore={hasMore} /> : null}
      {runsOf(items).map((run) => (
        <section key={run[0]?.message.id} aria-label={headingOf?.(conversationOf(run))}>
          {headingOf ? (
            <h3 dir="auto" className="people-line truncate px-2.5 pt-4 pb-1 text-meta font-medium text-ink-3">
              {headingOf(conversationOf(run))}
            </h3>
          ) : null}
          <ul aria-label="Messages found">
            {run.map((hit) => (
              <SearchHitRow
                key={hit.message.id}
                hit={hit}
                sender={personOf(people, hit.message.senderId)}
                href={hrefOf(hit)}
                onReopen={hit.message.seq === opened?.seq ? opened.reopen : undefined}
              />
            ))}
          </ul>
        </section>
      ))}
      {hasMore && error === null && status !== 'idle' ? (
        <div className="flex justify-center p-3">
          <Button busy={status === 'searching'} onClick={more}>
            Show more
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** Back in the results the reader is where the hit was opened, once as many are listed again. */
function useRestoredPosition({ key, status, items, hasMore, more }: MessageSearch) {
  const list = useRef<HTMLDivElement>(null);
  const restored = useRef<string | null>(null);
  const count = items.length;
  useLayoutEffect(() => {
    if (restored.current === key || count === 0) return;
    const position = rememberedPosition(key);
    if (hasMore && status !== 'failed' && count < Math.min(position.count, MOST_RESTORED)) {
      if (status === 'ready') more();
      return;
    }
    restored.current = key;
    if (list.current) list.current.scrollTop = position.top;
  }, [key, status, count, hasMore, more]);
  useLayoutEffect(() => {
    const element = list.current;
    return () => {
      if (restored.current === key && element) rememberPosition(key, { top: element.scrollTop, count });
    };
  }, [key, count]);
  return list;
}

function Failure({ error, onRetry }: { error: string; onRetry: (() => void) | null }) {
  return (
    <div className="m-2 flex flex-col items-center gap-3">
      <Alert>{error}</Alert>
      {onRetry ? <TryAgain onRetry={onRetry} /> : null}
    </div>
  );
}

function Hint() {
  return (
    <EmptyState title="Search messages">
      Words, parts of words, “exact phrases”, -without. Narrow it with from:name, before:2026-01-31, after:2026-01-31 or
      has:link.
    </EmptyState>
  );
}

function NothingFound({ query, hasMore }: { query: string; hasMore: boolean }) {
  if (hasMore) return <EmptyState title="Nothing found yet">There are older messages to look through.</EmptyState>;
  return (
    <div className="px-6 py-10 text-center">
      <p className="text-body text-ink-2">
        <Isolated text={`No message matches ${isolate(query)}.`} />
      </p>
      <p className="mt-1 mb-3 text-second text-ink-3">Try fewer words, or the beginning of one.</p>
      <Button onClick={selectQuery}>Search for something else</Button>
    </div>
  );
}

/** What is typed next takes its place. */
function selectQuery(): void {
  document.querySelector<HTMLInputElement>('input[type="search"]')?.select();
}

function countOf(count: number, hasMore: boolean): string {
  const found = count === 1 ? 'One message found' : `${count} messages found`;
  return hasMore ? `${found}, and there are more` : found;
}

/** Hits of one conversation that follow each other stand under one heading. */
function runsOf(items: readonly SearchHit[]): SearchHit[][] {
  const runs: SearchHit[][] = [];
  for (const hit of items) {
    const run = runs.at(-1);
    if (run && conversationOf(run) === hit.message.conversationId) run.push(hit);
    else runs.push([hit]);
  }
  return runs;
}

function conversationOf(run: readonly SearchHit[]): string {
  return run[0]?.message.conversationId ?? '';
}
