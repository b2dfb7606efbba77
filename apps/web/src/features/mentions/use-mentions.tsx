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
import { isComposing } from '../../ui/composing.js';
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
  /** For the text field. */
  inputProps: TextareaHTMLAttributes<HTMLTextAreaElement>;
  /** To be called first for each key. True: the list has handled it. */
  takesKey: (event: KeyboardEvent<HTMLTextAreaElement>) => boolean;
  /** The list, drawn beside the field. */
  list: ReactNode;
}

/** Offers people while an `@` is being written: arrows choose, Enter and Tab insert, Escape closes the list. */
export function useMentions({ inputRef, text, people, onChange }: Options): Mentions {
  const id = `${useId()}-list`;
  const offer = useOffer(text, people);
  const { query, offered, active } = offer;
  const placeCaret = useCaretAfter(inputRef);

  function pick(person: UserView) {
    if (!query) return;
    const [next, place] = withMention(text, query, person.username);
    placeCaret(next, place);
    offer.reset();
    onChange(next);
  }

  function takesKey(event: KeyboardEvent<HTMLTextAreaElement>): boolean {
    if (active === undefined || !isPlain(event)) return false;
    if (event.key === 'ArrowDown') offer.move(1);
    else if (event.key === 'ArrowUp') offer.move(-1);
    else if (event.key === 'Enter' || event.key === 'Tab') pick(active);
    else if (event.key === 'Escape') offer.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  return {
    inputProps: { ...listProps(id, active), ...offer.inputProps },
    takesKey,
    list: (
      <>
        <output className="sr-only">{active ? wordsFor(offered.length) : ''}</output>
        {active ? <MentionList id={id} people={offered} active={active} inputRef={inputRef} onPick={pick} /> : null}
      </>
    ),
  };
}

/** The people who match the mention at the caret, and which of them is active. */
function useOffer(text: string, people: readonly UserView[]) {
  const [caret, setCaret] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const [closedFor, setClosedFor] = useState<number | null>(null);
  const query = caret === null ? null : mentionQueryAt(text, caret);
  const offered = query !== null && query.start !== closedFor ? matchPeople(people, query.query) : [];
  const index = Math.min(at, offered.length - 1);

  function onSelect({ currentTarget: { value, selectionStart, selectionEnd } }: SyntheticEvent<HTMLTextAreaElement>) {
    const place = selectionStart === selectionEnd ? selectionStart : null;
    if (place === caret) return;
    setCaret(place);
    setAt(0);
    // The list for an `@` that was closed opens again once the caret has left it.
    if (place === null || mentionQueryAt(value, place)?.start !== closedFor) setClosedFor(null);
  }

  return {
    query,
    offered,
    active: offered[index],
    move: (by: 1 | -1) => setAt((index + offered.length + by) % offered.length),
    close: () => setClosedFor(query?.start ?? null),
    reset: () => {
      setAt(0);
      setCaret(null);
    },
    inputProps: { onSelect, onBlur: () => setCaret(null) },
  };
}

/** Returns a function that sets the caret once a text is drawn. UTF-16 offset. */
function useCaretAfter(inputRef: Options['inputRef']): (text: string, place: number) => void {
  const next = useRef<{ text: string; place: number } | null>(null);
  useLayoutEffect(() => {
    if (next.current === null || inputRef.current?.value !== next.current.text) return;
    inputRef.current.setSelectionRange(next.current.place, next.current.place);
    next.current = null;
  });
  return (text, place) => {
    next.current = { text, place };
  };
}

/** Whether a key is neither a shortcut nor handled by an input method. */
function isPlain(event: KeyboardEvent): boolean {
  return !(event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || isComposing(event));
}

function listProps(id: string, active: UserView | undefined): Mentions['inputProps'] {
  return {
    'aria-autocomplete': 'list',
    'aria-haspopup': 'listbox',
    'aria-controls': active ? id : undefined,
    'aria-activedescendant': active ? `${id}-${active.id}` : undefined,
  };
}

function wordsFor(count: number): string {
  return `${count} ${count === 1 ? 'person' : 'people'} to mention. Arrows choose, Enter takes.`;
}
