import { LIMITS, type Me, type UserView } from '@parley/protocol';
import { useChatClient, useUser } from '@parley/react';
import { type FormEvent, Suspense, useState } from 'react';
import { useCommand } from '../../hooks/use-command.js';
import { useHasFiles } from '../../hooks/use-has-files.js';
import { announce } from '../../ui/announcements.js';
import { PersonAvatar } from '../../ui/avatar.js';
import { Button } from '../../ui/button.js';
import { Alert, Field } from '../../ui/field.js';
import { lazyPart } from '../../ui/lazy-part.js';
import { useVisibility } from '../conversations/use-visibility.js';
import { Choice } from './choice.js';
import { Group } from './group.js';

const AvatarDialog = lazyPart(() => import('../avatar/avatar-dialog.js'));

const PRESENCE = [
  { value: 'shown', words: 'Others see when you are here' },
  { value: 'hidden', words: 'You appear offline' },
] as const;

/** What others see of oneself. */
export function ProfileSettings({ user }: { user: Me }) {
  // As changed since this page was opened, here or elsewhere.
  const shown = useUser(user.id) ?? user;
  const { isHidden, hide, error } = useVisibility(user);
  return (
    <>
      <Picture user={shown} />
      <NameForm key={shown.displayName} name={shown.displayName} />
      <Group title="Username" words="Others find and mention you by it. It stays as it is.">
        <p translate="no" className="text-body">
          @{user.username}
        </p>
      </Group>
      <div>
        <Choice
          legend="Presence"
          options={PRESENCE}
          value={isHidden ? 'hidden' : 'shown'}
          onChange={(value) => hide(value === 'hidden')}
        />
        {error ? <Alert className="mt-3">{error}</Alert> : null}
      </div>
    </>
  );
}

function Picture({ user }: { user: UserView }) {
  const [isOpen, setOpen] = useState(false);
  if (!useHasFiles()) return null;
  return (
    <Group title="Picture">
      <div className="flex items-center gap-4">
        <PersonAvatar user={user} size={72} />
        <Button onClick={() => setOpen(true)}>Change the picture…</Button>
      </div>
      {isOpen ? (
        <Suspense fallback={null}>
          <AvatarDialog user={user} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </Group>
  );
}

function NameForm({ name }: { name: string }) {
  const client = useChatClient();
  const { run, busy, error } = useCommand();
  const [typed, setTyped] = useState(name);
  const next = typed.trim();
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (next === '' || next === name) return;
    void run(async () => {
      client.meet([await client.updateMe({ displayName: next })]);
      announce('Your name was changed.');
    });
  };
  return (
    <form onSubmit={save} className="flex flex-col gap-3">
      <Field
        label="Name"
        name="displayName"
        autoComplete="name"
        maxLength={LIMITS.nameLength}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        hint="As others see it."
        error={error}
      />
      <Button type="submit" className="self-start" busy={busy} disabled={next === '' || next === name}>
        Save the name
      </Button>
    </form>
  );
}
