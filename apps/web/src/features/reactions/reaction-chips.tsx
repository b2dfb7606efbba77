import type { Message, MessageReactions, ReactionCount } from '@parley/protocol';
import { useChatClient, usePeople } from '@parley/react';
import { SmilePlus } from 'lucide-react';
import { useRef, useState } from 'react';
import { Hinted } from '../../ui/hint.js';
import { isolate } from '../../ui/isolated.js';
import { listed } from '../../ui/listed.js';
import { nameOf } from '../people/names.js';
import type { Reactions } from './use-reactions.js';

interface ReactionChipsProps {
  message: Message;
  me: string;
  reactions: Reactions;
  /** Whether I may react; else the chips are not pressed. */
  open: boolean;
  /** Whether Tab stops at the chips. */
  tabStop: boolean;
  onPick: (anchor: HTMLElement) => void;
}

/** How many names a bubble shows. */
const NAMED = 8;

/** The reactions to a message. Mine are pressed; hover and focus show whose they are. */
export function ReactionChips(props: ReactionChipsProps) {
  const { message, me, open } = props;
  const names = useNames(message, me);
  if (message.reactions.length === 0) return null;
  return (
    // oxlint-disable-next-line jsx-a11y/no-redundant-roles -- Safari forgets lists without markers
    <ul role="list" aria-label="Reactions" className="reactions">
      {message.reactions.map((reaction) => (
        <li key={reaction.emoji}>
          <Chip {...props} reaction={reaction} names={names} />
        </li>
      ))}
      {open ? (
        <li>
          <AddButton {...props} />
        </li>
      ) : null}
    </ul>
  );
}

interface ChipProps extends ReactionChipsProps {
  reaction: ReactionCount;
  names: ReturnType<typeof useNames>;
}

function Chip({ reaction, names, reactions, open, tabStop }: ChipProps) {
  const { emoji, count, reactedByMe } = reaction;
  return (
    <Hinted
      className="reaction"
      data-testid="reaction"
      data-emoji={emoji}
      aria-label={`${emoji} ${count}`}
      aria-pressed={reactedByMe}
      disabled={!open}
      tabIndex={tabStop ? 0 : -1}
      hint={names.sentence(reaction)}
      onHint={names.fetch}
      onClick={() => reactions.toggle(emoji)}
    >
      <span className="emoji">{emoji}</span>
      <span className="reaction-count">{count}</span>
    </Hinted>
  );
}

function AddButton({ tabStop, onPick }: ReactionChipsProps) {
  return (
    <button
      type="button"
      aria-label="Add a reaction"
      title="Add a reaction"
      tabIndex={tabStop ? 0 : -1}
      className="reaction reaction-add"
      onClick={(event) => onPick(event.currentTarget)}
    >
      <SmilePlus size={15} strokeWidth={1.6} />
    </button>
  );
}

/** Who reacted, fetched on hover or focus, and again after each change. */
function useNames(message: Message, me: string) {
  const client = useChatClient();
  const people = usePeople();
  const [known, setKnown] = useState<{ version: number; byEmoji: Map<string, string[]> } | null>(null);
  const asked = useRef(0);

  function fetch() {
    if (asked.current === message.version) return;
    const { id, version } = message;
    asked.current = version;
    client.request<MessageReactions>('GET', `messages/${id}/reactions`).then(
      ({ items }) => setKnown({ version, byEmoji: new Map(items.map(({ emoji, userIds }) => [emoji, userIds])) }),
      () => {
        // The bubble shows no names; the next hover requests them again.
        asked.current = 0;
      },
    );
  }

  function sentence({ emoji, reactedByMe }: ReactionCount): string | null {
    const ids = known?.byEmoji.get(emoji)?.filter((id) => id !== me) ?? [];
    const names = ids.slice(0, NAMED).map((id) => isolate(nameOf(people, id)));
    if (reactedByMe) names.unshift('You');
    if (names.length === 0) return null;
    if (ids.length > NAMED) names.push(`${ids.length - NAMED} more`);
    return `${listed(names)} reacted with ${emoji}`;
  }

  return { fetch, sentence };
}
