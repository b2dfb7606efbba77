import type { ServerRole, UserView } from './entities.js';
import type { Page } from './rest.js';

/** To register although registration is closed, or to set a new password. */
export type LinkPurpose = 'invite' | 'reset';

export interface CreateLinkBody {
  purpose: LinkPurpose;
  /** Of a reset: whose. Of an invite: the only username that it is good for; without one the guest chooses. */
  username?: string;
  /** How long it is good; by default 168 for an invite, 24 for a reset. */
  hours?: number;
}

/** What a link is for, as anyone who has it may know. */
export interface LinkView {
  purpose: LinkPurpose;
  username: string | null;
  expiresAt: string;
}

/** A link as it is shown once, to whoever made it. */
export interface AccountLink extends LinkView {
  id: string;
  /** Where the web app takes it. The token stands behind a `#`, where no server and no log sees it. */
  url: string;
}

export interface LinkTokenBody {
  token: string;
}

export interface ResetPasswordBody extends LinkTokenBody {
  new: string;
}

/** A user as server admins see them. */
export interface AccountItem extends UserView {
  role: ServerRole;
  isDisabled: boolean;
  /** Without one they sign in at the host product, or are a bot. */
  hasPassword: boolean;
  createdAt: string;
}

export type AccountPage = Page<AccountItem>;

export interface CreateBotBody {
  username: string;
  displayName?: string;
}

export interface CreateBotTokenBody {
  /** What it is for. */
  name: string;
}

/** What a bot signs in with, without the token itself. */
export interface BotTokenView {
  id: string;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
}

/** A new token, which is shown this once. */
export interface BotToken extends BotTokenView {
  token: string;
}

/** A program with an account. */
export interface Bot {
  user: UserView;
  isDisabled: boolean;
  createdAt: string;
  /** Those that are good. */
  tokens: BotTokenView[];
}

export interface NewBot {
  user: UserView;
  token: BotToken;
}

export type BotPage = Page<Bot>;
