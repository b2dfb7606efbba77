/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/interactive-supports-focus, jsx-a11y/click-events-have-key-events --
   the combobox pattern: the input has focus and keys, the options are never focused */
import { LIMITS } from '@parley/protocol';
import { Search } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';
import { Avatar } from '../../ui/avatar.js';
import { classes } from '../../ui/classes.js';
import { isComposing } from '../../ui/composing.js';
import { Alert } from '../../ui/field.js';
import { Isolated } from '../../ui/isolated.js';
import { PresenceDot } from '../../ui/presence-dot.js';
import { useReturnedFocus } from '../../ui/use-returned-focus.js';
import { type Choice, useChoices } from './use-choices.js';

interface PaletteProps {
  me: string;
  onClose: () => void;
}

/** Opens conversations, people and actions by a few letters of their name: arrows, Enter, Escape. */
export function Palette({ me, onClose }: PaletteProps) {
  const { typed, type, choices, current, pick, onKeyDown, error } = usePalette(me);
  const onCloseAutoFocus = useReturnedFocus();
  return (
    <Primitive.Root open onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <div className="scrim fixed inset-0 z-40 bg-scrim" aria-hidden="true" />
        <Primitive.Content
          aria-describedby={undefined}
          onCloseAutoFocus={onCloseAutoFocus}
          className="sheet fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[min(520px,calc(100vw-24px))] -translate-x-1/2 flex-col overflow-hidden rounded-sheet bg-raised shadow-float max-[720px]:top-3 max-[720px]:max-h-[calc(100dvh-24px)]"
        >
          <Primitive.Title className="sr-only">Go to</Primitive.Title>
          <div className="flex flex-none items-center gap-2 border-b border-line px-4">
            <Search size={18} strokeWidth={1.6} className="flex-none text-ink-3" aria-hidden="true" />
            <input
              role="combobox"
              aria-label="Conversation, person or action"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-autocomplete="list"
              aria-activedescendant={current ? `palette-${current.id}` : undefined}
              autoComplete="off"
              spellCheck={false}
              dir="auto"
              maxLength={LIMITS.searchLength}
              value={typed}
              placeholder="Conversation, person or action"
              onChange={(event) => type(event.target.value)}
              onKeyDown={onKeyDown}
              className="h-12 min-w-0 flex-1 bg-transparent text-body outline-none placeholder:text-ink-3 max-[720px]:text-[16px]"
            />
          </div>
          {error ? <Alert className="m-3">{error}</Alert> : null}
          <output className="sr-only">{choices.length === 1 ? 'One choice' : `${choices.length} choices`}</output>
          <div id="palette-list" role="listbox" aria-label="Choices" className="min-h-0 flex-1 overflow-y-auto p-2">
            {sectionsOf(choices).map(([section, members]) => (
              <div key={section} role="group" aria-label={section}>
                <p aria-hidden="true" className="px-2.5 pt-2 pb-1 text-meta font-medium text-ink-3">
                  {section}
                </p>
                {members.map((choice) => (
                  <Option key={choice.id} choice={choice} active={choice === current} onPick={() => pick(choice)} />
                ))}
              </div>
            ))}
            {choices.length === 0 ? (
              <p role="presentation" className="px-2.5 py-6 text-center text-second text-ink-3">
                Nothing fits.
              </p>
            ) : null}
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** What is typed, what it offers, and what the keys do. */
function usePalette(me: string) {
  const [typed, setTyped] = useState('');
  const [activeId, setActiveId] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const choices = useChoices(typed, me);
  // By its id: people arrive later than the rest, and stand before actions.
  const active = Math.max(
    0,
    choices.findIndex(({ id }) => id === activeId),
  );
  const current = choices[active];

  function type(text: string) {
    setTyped(text);
    setActiveId(null);
  }

  function move(by: 1 | -1) {
    setActiveId(choices.at((active + by) % choices.length)?.id ?? null);
  }

  /** Each choice leads to another address, which closes the palette. */
  async function pick(choice: Choice) {
    setError(null);
    try {
      await choice.act();
    } catch (thrown) {
      setError(sentenceFor(thrown));
    }
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (isComposing(event)) return;
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && current) void pick(current);
    else return;
    event.preventDefault();
  }

  return { typed, type, choices, current, pick: (choice: Choice) => void pick(choice), onKeyDown, error };
}

function Option({ choice, active, onPick }: { choice: Choice; active: boolean; onPick: () => void }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const { label, hint, picture, mark = null } = choice;
  return (
    <div
      ref={ref}
      id={`palette-${choice.id}`}
      role="option"
      aria-selected={active}
      data-testid="palette-choice"
      onClick={onPick}
      className={classes(
        'flex min-h-11 items-center gap-3 rounded-row px-2.5 py-1.5',
        active ? 'bg-chosen' : 'hover:bg-chosen',
      )}
    >
      {picture ? (
        <PresenceDot mark={mark}>
          <Avatar id={picture.id} name={label} url={picture.url} size={32} />
        </PresenceDot>
      ) : null}
      <span className="min-w-0 flex-1">
        <span dir="auto" className="people-line block truncate text-body font-medium">
          <Isolated text={label} />
          {mark ? <span className="sr-only">, {mark}</span> : null}
        </span>
      </span>
      {hint ? <span className="flex-none text-meta text-ink-3">{hint}</span> : null}
    </div>
  );
}

/** In the order in which the sections first appear. */
function sectionsOf(choices: readonly Choice[]): [Choice['section'], Choice[]][] {
  const sections = new Map<Choice['section'], Choice[]>();
  for (const choice of choices) sections.set(choice.section, [...(sections.get(choice.section) ?? []), choice]);
  return [...sections];
}
