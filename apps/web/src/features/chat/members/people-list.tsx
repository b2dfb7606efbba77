import type { UserView } from '@parley/protocol';
import { useCommand } from '../../../hooks/use-command.js';
import { useKeptFocus } from '../../../hooks/use-kept-focus.js';
import { PersonAvatar } from '../../../ui/avatar.js';
import { Button } from '../../../ui/button.js';
import { Alert } from '../../../ui/field.js';

export interface ListedPerson {
  user: UserView;
  /** A line under the name. */
  note: string;
}

interface PeopleListProps {
  label: string;
  people: readonly ListedPerson[];
  /** What is said where there is nobody. */
  empty: string;
  /** What the button beside each of them says. */
  verb: string;
  act: (user: UserView) => Promise<void>;
  onDone: () => void;
}

/** People with a button that takes back what was done to them. The focus goes on to the next one, or to what is said then. */
export function PeopleList({ label, people, empty, ...rest }: PeopleListProps) {
  const { ref, tabIndex, ...handlers } = useKeptFocus(people.map(({ user }) => user.id));
  if (people.length === 0) {
    return (
      <p ref={ref} tabIndex={tabIndex} className="text-body text-ink-2">
        {empty}
      </p>
    );
  }
  return (
    <ul ref={ref} tabIndex={tabIndex} {...handlers} aria-label={label}>
      {people.map((person) => (
        <PersonItem key={person.user.id} person={person} {...rest} />
      ))}
    </ul>
  );
}

function PersonItem({
  person,
  verb,
  act,
  onDone,
}: Omit<PeopleListProps, 'label' | 'people' | 'empty'> & { person: ListedPerson }) {
  const { user, note } = person;
  const { run, busy, error } = useCommand(onDone);
  return (
    <li data-testid="listed-person" className="py-1.5">
      <div className="flex items-center gap-3">
        <PersonAvatar user={user} size={32} />
        <span className="min-w-0 flex-1">
          <bdi className="people-line block truncate text-body">{user.displayName}</bdi>
          <span className="block truncate text-meta text-ink-3">{note}</span>
        </span>
        <Button
          className="h-8"
          aria-label={`${verb} ${user.displayName}`}
          busy={busy}
          onClick={() => void run(() => act(user))}
        >
          {verb}
        </Button>
      </div>
      {error ? <Alert className="mt-1">{error}</Alert> : null}
    </li>
  );
}
