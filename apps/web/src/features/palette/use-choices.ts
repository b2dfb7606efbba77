import type { ConversationListItem } from '@parley/protocol';
import { useConversations, usePresence } from '@parley/react';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import { isUnread, settingsOf } from '../../hooks/own-settings.js';
import { settingsStore } from '../../hooks/own-settings.store.js';
import { useHasSearch } from '../../hooks/use-has-search.js';
import { useView } from '../../hooks/use-view.js';
import { isolate } from '../../ui/isolated.js';
import { titleOf } from '../chat/conversation-title.js';
import { useOpenDirect } from '../conversations/use-open-direct.js';
import { usePeopleSearch } from '../people/people-search.js';
import { markOf, type Presence, type PresenceMark } from '../people/presence.js';
import { SECTIONS, type Section, settingsPath } from '../settings/sections.js';
import { bestOf, matchOf } from './palette-match.js';

/** What the palette offers. `id` is unique among all of them. */
export interface Choice {
  id: string;
  section: 'Conversations' | 'People' | 'Messages' | 'Actions' | 'Settings';
  label: string;
  hint?: string;
  picture?: { id: string; url: string | null };
  /** Whom it is about, and what is known of whether they are here, until that is watched. */
  person?: Presence & { id: string };
  mark?: PresenceMark;
  act: () => Promise<void> | void;
}

const MOST_CONVERSATIONS = 7;
const MOST_PEOPLE = 5;
const MOST_SETTINGS = 7;

/** Conversations, unread ones first and then the latest, people, settings, actions, and the search for what is typed. */
export function useChoices(typed: string, me: string): Choice[] {
  const conversations = useConversationChoices(typed);
  // Whose conversation is offered is not offered once more.
  const people = usePeopleChoices(typed, [me, ...conversations.flatMap(({ person }) => person?.id ?? [])]);
  const actions = useActions(typed);
  const choices = [...conversations, ...people, ...useSettingsChoices(typed), ...actions];
  const presences = usePresence(choices.flatMap(({ person }) => person?.id ?? []));
  return choices.map((choice) => ({
    ...choice,
    mark: markOf(presences.get(choice.person?.id ?? '') ?? choice.person),
  }));
}

function useConversationChoices(typed: string): Choice[] {
  const { items } = useConversations();
  const { openConversation } = useView();
  const { known, now } = useStore(settingsStore);
  const best = useMemo(() => {
    const unread = new Set(items.filter((item) => isUnread(item, settingsOf(item, known, now))));
    const unreadFirst = [...unread, ...items.filter((item) => !unread.has(item))];
    return bestOf(unreadFirst, titleOf, typed, MOST_CONVERSATIONS);
  }, [items, typed, known, now]);
  return best.map((item: ConversationListItem) => ({
    id: `conversation-${item.id}`,
    section: 'Conversations',
    label: titleOf(item),
    hint: item.type === 'direct' ? `@${item.peer?.username ?? ''}` : membersOf(item.memberCount),
    picture: { id: item.peer?.id ?? item.id, url: item.peer?.avatarUrl ?? null },
    person: item.peer ?? undefined,
    act: () => openConversation(item.id),
  }));
}

function usePeopleChoices(typed: string, without: readonly string[]): Choice[] {
  const openDirect = useOpenDirect();
  // Without a word all people known would be listed, after conversations that name most of them.
  const { people } = usePeopleSearch(typed.trim() === '' ? null : typed, without);
  return people.slice(0, MOST_PEOPLE).map(
    (person): Choice => ({
      id: `person-${person.id}`,
      section: 'People',
      label: person.displayName,
      hint: `@${person.username}`,
      picture: { id: person.id, url: person.avatarUrl },
      person,
      act: () => openDirect(person),
    }),
  );
}

function useActions(typed: string): Choice[] {
  const { openDialog, openSearch } = useView();
  const hasSearch = useHasSearch();
  const actions: Choice[] = [
    action('new-message', 'New message', () => openDialog('new-message')),
    action('new-group', 'New group', () => openDialog('new-group')),
    action('keys', 'Keyboard', () => openDialog('keys')),
  ];
  const fitting: Choice[] = bestOf(actions, ({ label }) => label, typed, actions.length);
  const query = typed.trim();
  const inMessages = query === '' ? 'Search messages' : `Search messages for “${isolate(query)}”`;
  const search: Choice = { id: 'search', section: 'Messages', label: inMessages, act: () => openSearch(query) };
  return hasSearch ? [...fitting, search] : fitting;
}

/** Sections of the settings, once something is typed. Each takes the palette's place in the history. */
function useSettingsChoices(typed: string): Choice[] {
  const [, navigate] = useLocation();
  const wordsOf = ({ title, words }: Section) => `${title} ${words}, settings`;
  // Not by letters that stand apart, which so many words have of nearly everything.
  const fitting = SECTIONS.filter((section) => typed.trim() !== '' && matchOf(wordsOf(section), typed) > 1);
  return bestOf(fitting, wordsOf, typed, MOST_SETTINGS).map((section) => ({
    id: `settings-${section.name}`,
    section: 'Settings',
    label: section.title,
    hint: 'Settings',
    act: () => navigate(settingsPath(section), { replace: true }),
  }));
}

function action(id: string, label: string, act: Choice['act']): Choice {
  return { id, section: 'Actions', label, act };
}

function membersOf(members: number): string {
  return members === 1 ? '1 member' : `${members} members`;
}
