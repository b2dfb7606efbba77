import { LIMITS, type Me, type UserView } from '@parley/protocol';
import { useChatClient, useUser } from '@parley/react';
import { type FormEvent, useRef, useState } from 'react';
import { useCommand } from '../../hooks/use-command.js';
import { useHasFiles } from '../../hooks/use-has-files.js';
import { announce } from '../../ui/announcements.js';
import { PersonAvatar } from '../../ui/avatar.js';
import { Button } from '../../ui/button.js';
import { Alert, Field } from '../../ui/field.js';
import { lazyPart } from '../../ui/lazy-part.js';
import { DialogPart } from '../../ui/part.js';
import { PresenceDot } from '../../ui/presence-dot.js';
import { useOwnPresence, useVisibility, VISIBILITY } from '../people/visibility.store.js';
import { Choice } from './choice.js';
import { Group } from './group.js';

const AvatarDialog = lazyPart(() => import('../avatar/avatar-dialog.js'));

/** What others see of oneself. */
export function ProfileSettings({ user }: { user: Me }) {
  // As changed since this page was opened, here or elsewhere.
  const shown = useUser(user.id) ?? user;
  return (
    <>
      <Picture user={shown} />
      <NameForm name={shown.displayName} />
      <Group title="Username" words="Others find and mention you by it. It stays as it is.">
        <p translate="no" className="text-body">
          @{user.username}
        </p>
      </Group>
      <Visibility me={user.id} />
    </>
  );
}

function Visibility({ me }: { me: string }) {
  const { value, choose, error } = useVisibility();
  const { words } = useOwnPresence(me);
  return (
    <div>
      <Choice legend="Presence" options={VISIBILITY} value={value} onChange={choose} />
      <p data-testid="own-presence" className="mt-3 text-second text-ink-2">
        Now: {words ?? 'Not connected'}
      </p>
      {error ? <Alert className="mt-3">{error}</Alert> : null}
    </div>
  );
}

function Picture({ user }: { user: UserView }) {
  const [isOpen, setOpen] = useState(false);
  const { mark } = useOwnPresence(user.id);
  if (!useHasFiles()) return null;
  return (
    <Group title="Picture">
      <div className="flex items-center gap-4">
        <PresenceDot mark={mark}>
          <PersonAvatar user={user} size={72} />
        </PresenceDot>
        <Button onClick={() => setOpen(true)}>Change the picture…</Button>
      </div>
      {isOpen ? (
        <DialogPart>
          <AvatarDialog user={user} onClose={() => setOpen(false)} />
        </DialogPart>
      ) : null}
    </Group>
  );
}

function NameForm({ name }: { name: string }) {
  const client = useChatClient();
  const { run, busy, error } = useCommand();
  const [typed, setTyped] = useState(name);
  const [known, setKnown] = useState(name);
  const form = useRef<HTMLFormElement>(null);
  const next = typed.trim();
  if (known !== name) {
    // Saved here, or changed elsewhere: what is being typed stays.
    setKnown(name);
    if (typed === known || next === name) setTyped(name);
  }
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (next === '' || next === name) return;
    void run(async () => {
      const changed = await client.updateMe({ displayName: next });
      // The button can be pressed no more then.
      if (form.current?.contains(document.activeElement)) form.current.querySelector('input')?.focus();
      client.meet([changed]);
      announce('Your name was changed.');
    });
  };
  return (
    <form ref={form} onSubmit={save} className="flex flex-col gap-3">
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
