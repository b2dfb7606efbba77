import type { UserView } from '@parley/protocol';
import type { ReactNode, RefCallback } from 'react';
import type { MessageRights } from './message-rights.js';
import type { FindMention } from './message-text.js';
import type { Row } from './row.js';
import type { RowActions } from './use-row-actions.js';

/** All that a row of the list is told. */
export interface MessageRowProps {
  row: Row;
  index: number;
  /** Pixels from the top of the list. */
  offset: number;
  sender: UserView;
  mine: boolean;
  /** Of a system message; null otherwise. */
  sentence: string | null;
  heads: readonly UserView[];
  /** Names of those who are known to have read it; in groups, of my own messages. */
  readers: readonly string[];
  /** How many there are to read it. */
  audience: number;
  tabStop: boolean;
  /** Its editor is open. */
  editing: boolean;
  /** It was jumped to just now. */
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

/** What a row adds for its parts. */
export interface MessageLineProps extends MessageRowProps {
  id: string;
  rights: MessageRights;
  actions: RowActions;
}
