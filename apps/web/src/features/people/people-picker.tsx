/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role, jsx-a11y/click-events-have-key-events --
   the combobox pattern: the input has focus and keys, the options are never focused; <datalist> shows no pictures */
import { isSearchable, type UserView } from '@parley/protocol';
import { usePresence } from '@parley/react';
import { X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useToday } from '../../hooks/use-today.js';
import { PersonAvatar } from '../../ui/avatar.js';
import { classes } from '../../ui/classes.js';
import { isComposing } from '../../ui/composing.js';
import { Isolated, isolate } from '../../ui/isolated.js';
import { PresenceDot } from '../../ui/presence-dot.js';
import { type FoundPerson, type PeopleSearch, usePeopleSearch } from './people-search.js';
import { markOf, type Presence, presenceWords } from './presence.js';

interface PeoplePickerProps {
  label: string;
  placeholder: string;
  /** Shown as chips, and not offered again. */
  chosen?: readonly UserView[];
  /** Ids that are not offered, such as one's own. */
  without: readonly string[];
  autoFocus?: boolean;
  /** How many can be chosen. */
  most?: number;
  onPick: (person: UserView) => void;
  onRemove?: (person: UserView) => void;
}

/** A combobox over the people of this server: type, arrows, Enter; Backspace removes the last one chosen. */
export function PeoplePicker(props: PeoplePickerProps) {
  const { label, placeholder, chosen = [], autoFocus, most, onRemove } = props;
  const id = useId();
  const { query, search, current, type, pick, onKeyDown } = usePicker(props);
  const { people } = search;
  const presences = usePresence(people.map((person) => person.id));
  return (
    <div className="flex min-h-0 flex-col px-5">
      <label htmlFor={id} className="mb-1 text-second font-medium text-ink-2">
        {label}
      </label>
      <div className="flex max-h-32 flex-wrap gap-1.5 overflow-y-auto rounded-control border border-edge bg-raised p-1.5 focus-within:border-accent focus-within:ring-1 focus-within:ring-accent">
        {chosen.map((person) => (
          <Chip key={person.id} person={person} onRemove={() => onRemove?.(person)} />
        ))}
        <input
          id={id}
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={current ? `${id}-${current.id}` : undefined}
          autoComplete="off"
          spellCheck={false}
          autoFocus={autoFocus}
          dir="auto"
          value={query}
          placeholder={chosen.length > 0 ? '' : placeholder}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
          className="h-7 min-w-24 flex-1 bg-transparent px-1.5 text-body outline-none placeholder:text-ink-3 max-[720px]:text-[16px]"
        />
      </div>
      <Found search={search} most={chosen.length >= (most ?? Number.POSITIVE_INFINITY) ? most : undefined} />
      <ul id={`${id}-list`} role="listbox" aria-label={label} className="-mx-2 mt-2 h-60 overflow-y-auto">
        {people.map((person) => (
          <Option
            key={person.id}
            id={`${id}-${person.id}`}
            person={person}
            presence={presences.get(person.id) ?? person}
            active={person === current}
            onPick={() => pick(person)}
          />
        ))}
        {people.length === 0 ? <Nobody query={query} search={search} chosen={chosen.length} /> : null}
      </ul>
    </div>
  );
}

/** What is typed, who matches, and what the keys do. */
function usePicker({ chosen = [], without, onPick, onRemove }: PeoplePickerProps) {
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const search = usePeopleSearch(query, [...without, ...chosen.map((person) => person.id)]);
  const last = search.people.length - 1;
  const current = search.people[Math.min(active, last)];

  function type(text: string) {
    setQuery(text);
    setActive(0);
  }

  function pick(person: UserView) {
    onPick(person);
    type('');
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (isComposing(event)) return;
    if (event.key === 'ArrowDown') setActive(Math.min(last, active + 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(0, active - 1));
    else if (event.key === 'Enter' && current) pick(current);
    else if (event.key === 'Backspace' && query === '' && chosen.length > 0) onRemove?.(chosen.at(-1) as UserView);
    else return;
    if (event.key !== 'Backspace') event.preventDefault();
  }

  return { query, search, current, type, pick, onKeyDown };
}

/** Reads out how many were found. `most`: set where no more can be chosen. */
function Found({ search: { people, status }, most }: { search: PeopleSearch; most?: number }) {
  return (
    <>
      <output className="sr-only">
        {status === 'ready' ? `${people.length} ${people.length === 1 ? 'person' : 'people'} found` : ''}
      </output>
      {most === undefined ? null : (
        <output className="pt-1.5 text-second text-ink-2">{`That is as many as go at once: ${most}.`}</output>
      )}
    </>
  );
}

interface OptionProps {
  id: string;
  person: FoundPerson;
  presence: Presence;
  active: boolean;
  onPick: () => void;
}

function Option({ id, person, presence, active, onPick }: OptionProps) {
  const words = presenceWords(presence, useToday());
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <li
      ref={ref}
      id={id}
      role="option"
      aria-selected={active}
      data-testid="person-option"
      onClick={onPick}
      className={classes('flex items-center gap-3 rounded-row px-2 py-1.5', active ? 'bg-chosen' : 'hover:bg-chosen')}
    >
      <PresenceDot mark={markOf(presence)}>
        <PersonAvatar user={person} size={36} />
      </PresenceDot>
      <span className="min-w-0">
        <span dir="auto" className="people-line block truncate text-body font-medium">
          {person.displayName}
        </span>
        <span className="block truncate text-meta text-ink-3">
          @{person.username}
          {words ? ` · ${words}` : null}
        </span>
      </span>
    </li>
  );
}

function Chip({ person, onRemove }: { person: UserView; onRemove: () => void }) {
  return (
    <span className="inline-flex h-7 max-w-full items-center gap-1 rounded-control bg-accent-wash ps-2 text-second font-medium text-ink">
      <span dir="auto" className="truncate">
        {person.displayName}
      </span>
      <button
        type="button"
        aria-label={`Remove ${person.displayName}`}
        onClick={onRemove}
        className="inline-flex size-7 flex-none items-center justify-center rounded-control text-ink-2 hover:text-ink"
      >
        <X size={14} strokeWidth={2} />
      </button>
    </span>
  );
}

interface NobodyProps {
  query: string;
  search: PeopleSearch;
  chosen: number;
}

function Nobody({ query, search: { status, error }, chosen }: NobodyProps) {
  let text = 'Looking…';
  if (error !== null) text = error;
  else if (status === 'ready') {
    if (isSearchable(query.trim())) text = `Nobody else here is called “${isolate(query.trim())}”.`;
    else text = `Type the first letters of ${chosen > 0 ? 'another' : 'a'} name or username.`;
  }
  return (
    <li role="presentation" className="px-2 py-6 text-center text-second text-ink-3">
      <Isolated text={text} />
    </li>
  );
}
