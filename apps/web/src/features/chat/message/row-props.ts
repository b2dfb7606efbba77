import type { UserView } from '@parley/protocol';
import type { ReactNode, RefCallback } from 'react';
import type { MessageRights } from './message-rights.js';
import type { FindMention } from './message-text.js';
import type { Row } from './row.js';
import type { RowActions } from './use-row-actions.js';

/** The properties of a row of the list. */
export interface MessageRowProps {
  row: Row;
  index: number;
  /** Pixels from the top of the list. */
  offset: number;
  sender: UserView;
  mine: boolean;
  /** The text of a system message; null for other messages. */
  sentence: string | null;
  /** Those of the messages that are folded into it, the oldest first. */
  earlier: readonly string[];
  heads: readonly UserView[];
  /** Names of those known to have read it; filled for my own messages in groups only. */
  readers: readonly string[];
  /** How many members it is for. */
  audience: number;
  tabStop: boolean;
  /** Whether its editor is open. */
  editing: boolean;
  /** Whether it is highlighted after a jump. */
  lit: boolean;
  /** Who can be mentioned. */
  people: readonly UserView[];
  find: FindMention;
  measure: RefCallback<HTMLElement>;
  onFocus: (key: string) => void;
  onRetry: (clientMessageId: string) => void;
  onDiscard: (clientMessageId: string) => void;
  start: ReactNode;
}

/** What a row adds to its properties for its parts. */
export interface MessageLineProps extends MessageRowProps {
  id: string;
  rights: MessageRights;
  actions: RowActions;
}
