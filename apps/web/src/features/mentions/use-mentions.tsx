import type { UserView } from '@parley/protocol';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  type SyntheticEvent,
  type TextareaHTMLAttributes,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { MentionList } from './mention-list.js';
import { matchPeople, mentionQueryAt, withMention } from './mention-query.js';

interface Options {
  inputRef: RefObject<HTMLTextAreaElement | null>;
  text: string;
  /** Who can be mentioned: the other members. */
  people: readonly UserView[];
  onChange: (text: string) => void;
}

interface Mentions {
  /** To be spread on the text field. */
  inputProps: TextareaHTMLAttributes<HTMLTextAreaElement>;
  /** To be asked first of all. True: the key was for the list. */
  takesKey: (event: KeyboardEvent<HTMLTextAreaElement>) => boolean;
  /** To be drawn beside the field. */
  list: ReactNode;
}

const KEYCODE_IME = 229;

/** Offers people while an `@` is being written: arrows choose, Enter and Tab take, Escape sends the list away. */
export function useMentions({ inputRef, text, people, onChange }: Options): Mentions {
  const id = useId();
  const [caret, setCaret] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const [refused, setRefused] = useState<number | null>(null);
  const nextCaret = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (nextCaret.current === null) return;
    inputRef.current?.setSelectionRange(nextCaret.current, nextCaret.current);
    nextCaret.current = null;
  }, [inputRef, text]);

  const query = caret === null ? null : mentionQueryAt(text, caret);
  const offered = query !== null && query.start !== refused ? matchPeople(people, query.query) : [];
  const active = offered[Math.min(at, offered.length - 1)];
  const open = active !== undefined;

  function pick(person: UserView) {
    if (!query) return;
    const [next, place] = withMention(text, query, person.username);
    nextCaret.current = place;
    setAt(0);
    setCaret(null);
    onChange(next);
  }

  function takesKey(event: KeyboardEvent<HTMLTextAreaElement>): boolean {
    if (!open || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === KEYCODE_IME) return false;
    const { length } = offered;
    if (event.key === 'ArrowDown') setAt((Math.min(at, length - 1) + 1) % length);
    else if (event.key === 'ArrowUp') setAt((Math.min(at, length - 1) + length - 1) % length);
    else if (event.key === 'Enter' || event.key === 'Tab') pick(active);
    else if (event.key === 'Escape') setRefused(query?.start ?? null);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  function onSelect(event: SyntheticEvent<HTMLTextAreaElement>) {
    const { selectionStart, selectionEnd } = event.currentTarget;
    const place = selectionStart === selectionEnd ? selectionStart : null;
    if (place === caret) return;
    setCaret(place);
    setAt(0);
    // An `@` that was refused is offered again once it was left.
    if (place === null || mentionQueryAt(event.currentTarget.value, place)?.start !== refused) setRefused(null);
  }

  return {
    inputProps: {
      'aria-autocomplete': 'list',
      'aria-haspopup': 'listbox',
      'aria-controls': open ? `${id}-list` : undefined,
      'aria-activedescendant': active ? `${id}-list-${active.id}` : undefined,
      onSelect,
      onBlur: () => setCaret(null),
    },
    takesKey,
    list: (
      <>
        <output className="sr-only">{open ? wordsFor(offered.length) : ''}</output>
        {open && inputRef.current ? (
          <MentionList
            id={`${id}-list`}
            people={offered}
            active={active}
            anchor={inputRef.current.closest('[data-mentions]') ?? inputRef.current}
            onPick={pick}
          />
        ) : null}
      </>
    ),
  };
}

function wordsFor(count: number): string {
  return `${count} ${count === 1 ? 'person' : 'people'} to mention. Arrows choose, Enter takes.`;
}
