/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus --
   the combobox pattern with a grid: the input has focus and keys, the cells are never focused */
import { Search } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { isComposing } from '../../ui/composing.js';
import { type Emoji, type EmojiGroup, searchEmoji } from './emoji-list.js';

export interface ReactionPickerProps {
  /** The button that it is placed beside. */
  anchor: HTMLElement;
  onPick: (emoji: string) => void;
  /** Called when it is closed, also after a choice; the caller moves the focus. */
  onClose: () => void;
}

const COLUMNS = 8;

/**
 * All emoji in a grid: type to search, arrows to move, Enter to choose. A part of its own, fetched when it is first
 * opened.
 */
export default function ReactionPicker({ anchor, onPick, onClose }: ReactionPickerProps) {
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Anchor virtualRef={{ current: anchor }} />
      <Popover.Portal>
        <Popover.Content
          aria-label="Choose a reaction"
          side="top"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={(event) => event.preventDefault()}
          className="menu picker z-50 flex flex-col rounded-sheet bg-raised shadow-float"
        >
          <PickerBody onPick={onPick} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function PickerBody({ onPick }: Pick<ReactionPickerProps, 'onPick'>) {
  const id = useId();
  const [query, setQuery] = useState('');
  const groups = useMemo(() => searchEmoji(query), [query]);
  const { current, count, reset, onKeyDown } = useActiveCell(groups, onPick);
  const cellId = (emoji: Emoji) => `${id}-${emoji.glyph}`;
  return (
    <>
      <div className="flex flex-none items-center gap-2 border-b border-line px-3">
        <Search size={16} strokeWidth={1.6} className="flex-none text-ink-3" />
        <input
          role="combobox"
          aria-label="Search emoji"
          aria-expanded="true"
          aria-haspopup="grid"
          aria-controls={`${id}-grid`}
          aria-autocomplete="list"
          aria-activedescendant={current ? cellId(current) : undefined}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          dir="auto"
          value={query}
          placeholder="Search emoji"
          onChange={(event) => {
            setQuery(event.target.value);
            reset();
          }}
          onKeyDown={onKeyDown}
          className="h-10 min-w-0 flex-1 bg-transparent text-body outline-none placeholder:text-ink-3 max-[720px]:h-11 max-[720px]:text-[16px]"
        />
      </div>
      <output className="sr-only">{query.trim() === '' ? '' : `${count} emoji found`}</output>
      <Grid id={`${id}-grid`} groups={groups} current={current} cellId={cellId} onPick={onPick} />
      <CurrentName current={current} />
    </>
  );
}

/** Arrows move through the grid, Enter picks. */
function useActiveCell(groups: readonly EmojiGroup[], onPick: (emoji: string) => void) {
  const [active, setActive] = useState(0);
  const rows = useMemo(() => rowsOf(groups), [groups]);
  const flat = useMemo(() => rows.flatMap((row) => row.emoji), [rows]);
  const index = Math.min(active, flat.length - 1);
  const current = flat[index];

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = moved(event.key, rows, index);
    if (to !== null) setActive(to);
    else if (event.key === 'Enter' && current) onPick(current.glyph);
    else return;
    event.preventDefault();
  }

  return { current, count: flat.length, reset: () => setActive(0), onKeyDown };
}

function CurrentName({ current }: { current: Emoji | undefined }) {
  return (
    <p
      aria-hidden="true"
      className="flex h-9 flex-none items-center gap-2 border-t border-line px-3 text-second text-ink-2"
    >
      {current ? (
        <>
          <span className="emoji text-[18px]">{current.glyph}</span> <span className="truncate">{current.name}</span>
        </>
      ) : (
        'Try another word, such as “thanks” or “party”.'
      )}
    </p>
  );
}

interface GridProps {
  id: string;
  groups: readonly EmojiGroup[];
  current: Emoji | undefined;
  cellId: (emoji: Emoji) => string;
  onPick: (emoji: string) => void;
}

function Grid({ id, groups, current, cellId, onPick }: GridProps) {
  const ref = useRef<HTMLDivElement>(null);
  const chosen = current ? cellId(current) : null;
  useEffect(() => {
    if (chosen) ref.current?.ownerDocument.getElementById(chosen)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div ref={ref} id={id} role="grid" aria-label="Emoji" className="min-h-0 flex-1 overflow-y-auto p-2 pt-0">
      {groups.map((group) => (
        <div key={group.name} role="rowgroup" aria-label={group.name}>
          <div className="picker-title" aria-hidden="true">
            {group.name}
          </div>
          {inRows(group.emoji).map((row) => (
            <div key={row[0]?.glyph} role="row" className="picker-row">
              {row.map((emoji) => (
                <div
                  key={emoji.glyph}
                  id={cellId(emoji)}
                  role="gridcell"
                  aria-label={emoji.name}
                  aria-selected={emoji === current}
                  data-active={emoji === current || undefined}
                  className="picker-cell emoji"
                  onClick={() => onPick(emoji.glyph)}
                >
                  {emoji.glyph}
                </div>
              ))}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

interface Place {
  /** Index of its first emoji among all. */
  from: number;
  emoji: readonly Emoji[];
}

function rowsOf(groups: readonly EmojiGroup[]): Place[] {
  let from = 0;
  return groups
    .flatMap((group) => inRows(group.emoji))
    .map((emoji) => {
      const place = { from, emoji };
      from += emoji.length;
      return place;
    });
}

function inRows(emoji: readonly Emoji[]): Emoji[][] {
  return Array.from({ length: Math.ceil(emoji.length / COLUMNS) }, (_, row) => {
    return emoji.slice(row * COLUMNS, (row + 1) * COLUMNS);
  });
}

/** The index that an arrow key moves to; null for other keys. */
function moved(key: string, rows: readonly Place[], active: number): number | null {
  const last = rows.at(-1);
  if (!last) return null;
  const count = last.from + last.emoji.length;
  if (key === 'ArrowRight') return Math.min(count - 1, active + 1);
  if (key === 'ArrowLeft') return Math.max(0, active - 1);
  const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return null;
  const at = rows.findIndex(({ from, emoji }) => active < from + emoji.length);
  const target = rows[Math.min(rows.length - 1, Math.max(0, at + step))] as Place;
  const column = active - (rows[at] as Place).from;
  return target.from + Math.min(column, target.emoji.length - 1);
}
