import { createHash } from 'node:crypto';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { JWTPayload } from 'jose';
import { ExpiringCache } from '../../kernel/expiring-cache.js';
import { sanitizedName } from '../../platform/names.js';
import {
  type ExternalPerson,
  type ExternalUser,
  ExternalUsersRepository,
  isAvatarUrl,
  isExternalId,
  PROVISION_SCOPE,
  usernameFrom,
} from '../users/index.js';
import { scopesOf } from './scopes.js';
import { SessionEvents } from './session-events.js';

const MOST_REMEMBERED = 20_000;
const REMEMBERED_MS = 5_000;

/** The users behind the host product's tokens. */
@Injectable()
export class HostAccounts implements OnModuleDestroy {
  private readonly remembered = new ExpiringCache<ExternalUser | null>(MOST_REMEMBERED, REMEMBERED_MS);
  private readonly stopListening: () => void;

  constructor(
    private readonly users: ExternalUsersRepository,
    events: SessionEvents,
  ) {
    this.stopListening = events.onEnded(({ userId, isDisabled }) => {
      if (isDisabled) this.remembered.forgetWhere((user) => user?.id === userId);
    });
  }

  onModuleDestroy(): void {
    this.stopListening();
  }

  /** The user that these verified claims name, created or brought up to date; null where `sub` cannot be an id. */
  async of(claims: JWTPayload): Promise<ExternalUser | null> {
    const person = personOf(claims);
    if (!person) return null;
    const find = () => this.broughtUpToDate(person);
    const known = await this.remembered.getOrLoad(person.externalId, find);
    if (known && !tellsMore(person, known)) return known;
    this.remembered.forget(person.externalId);
    return this.remembered.getOrLoad(person.externalId, find);
  }

  private async broughtUpToDate(person: ExternalPerson): Promise<ExternalUser | null> {
    let user = await this.users.find(person.externalId);
    if (!user) {
      await this.users.provision([person]);
      user = await this.users.find(person.externalId);
    }
    if (!user || !tellsMore(person, user)) return user;
    await this.users.refresh(user.id, person);
    const isBot = person.isBot ?? user.isBot;
    const claimed = { name: person.name, picture: person.avatarUrl, issuedMs: person.claims?.issuedMs ?? null };
    return { ...user, isBot, claimed };
  }
}

/** Whether these claims were made after the newest seen so far, or in the same moment and differ. */
function tellsMore({ name, avatarUrl, isBot, claims }: ExternalPerson, { claimed, ...known }: ExternalUser): boolean {
  const later = (claims?.issuedMs ?? -1) - (claimed.issuedMs ?? -1);
  const differs = name !== claimed.name || avatarUrl !== claimed.picture || (isBot ?? known.isBot) !== known.isBot;
  return later > 0 || (later === 0 && differs);
}

function personOf(tokenClaims: JWTPayload): ExternalPerson | null {
  const { sub, iat, name, picture, preferred_username: preferred } = tokenClaims;
  if (!isExternalId(sub)) return null;
  const told = { name: sanitizedName(name), avatarUrl: pictureOf(picture) };
  const hash = createHash('sha256')
    .update(JSON.stringify([told.name, told.avatarUrl || null]))
    .digest();
  const issuedMs = iat === undefined ? null : Math.max(0, Math.floor(iat * 1000));
  const isBot = botClaimOf(tokenClaims);
  return { externalId: sub, username: usernameFrom(preferred), ...told, isBot, claims: { hash, issuedMs } };
}

/** Whether the user is a program, if a token says so that may; identity providers have claims of that name for others. */
function botClaimOf(claims: JWTPayload): boolean | null {
  return typeof claims.bot === 'boolean' && scopesOf(claims).includes(PROVISION_SCOPE) ? claims.bot : null;
}

/** The address of a picture; `''` where the claim is empty, null where it is missing or not an address. */
function pictureOf(claim: unknown): string | null {
  return claim === null || claim === '' ? '' : isAvatarUrl(claim) ? claim : null;
}
