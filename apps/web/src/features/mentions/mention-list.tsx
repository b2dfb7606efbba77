/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role, jsx-a11y/click-events-have-key-events --
   the listbox of a text field: the field has focus and keys, the options are never focused */
import type { UserView } from '@parley/protocol';
import { type CSSProperties, type RefObject, useLayoutEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { PersonAvatar } from '../../ui/avatar.js';
import { classes } from '../../ui/classes.js';

interface MentionListProps {
  id: string;
  people: readonly UserView[];
  active: UserView | undefined;
  /** The field: the list is placed above it, or below it where there is no room. */
  inputRef: RefObject<HTMLElement | null>;
  onPick: (person: UserView) => void;
}

const GAP_PX = 6;
const HEIGHT_PX = 312;

/** The people who can be mentioned. Drawn in a portal, since the elements around the field cut off what overflows. */
export function MentionList({ id, people, active, inputRef, onPick }: MentionListProps) {
  const style = usePlace(inputRef);
  return createPortal(
    <ul
      id={id}
      role="listbox"
      aria-label="People to mention"
      data-testid="mention-list"
      style={style}
      className="menu fixed z-50 overflow-y-auto rounded-row bg-raised p-1 shadow-float"
    >
      {people.map((person) => (
        <li
          key={person.id}
          id={`${id}-${person.id}`}
          role="option"
          aria-selected={person === active}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(person)}
          className={classes(
            'flex h-9 items-center gap-2.5 rounded-control px-2 max-[720px]:h-11',
            person === active ? 'bg-chosen' : 'hover:bg-chosen',
          )}
        >
          <PersonAvatar user={person} size={24} />
          <span className="min-w-0 truncate text-body">
            <bdi className="font-medium">{person.displayName}</bdi>{' '}
            <span className="text-second text-ink-3">@{person.username}</span>
          </span>
        </li>
      ))}
    </ul>,
    document.body,
  );
}

/** Above the field's box where there is room, else below it; follows it when the page moves. */
function usePlace(inputRef: MentionListProps['inputRef']): CSSProperties {
  const [place, setPlace] = useState<CSSProperties>({ visibility: 'hidden' });
  useLayoutEffect(() => {
    const anchor = inputRef.current?.closest('[data-mentions]') ?? inputRef.current;
    if (!anchor) return;
    const take = () => {
      const { left, top, bottom, width } = anchor.getBoundingClientRect();
      const above = top - GAP_PX;
      const upwards = above >= HEIGHT_PX || above >= innerHeight - bottom;
      setPlace({
        left,
        width: Math.min(width, 420),
        maxHeight: Math.min(HEIGHT_PX, (upwards ? above : innerHeight - bottom - GAP_PX) - GAP_PX),
        ...(upwards ? { bottom: innerHeight - top + GAP_PX } : { top: bottom + GAP_PX }),
      });
    };
    take();
    const size = new ResizeObserver(take);
    size.observe(anchor);
    addEventListener('scroll', take, true);
    addEventListener('resize', take);
    return () => {
      size.disconnect();
      removeEventListener('scroll', take, true);
      removeEventListener('resize', take);
    };
  }, [inputRef]);
  return place;
}
