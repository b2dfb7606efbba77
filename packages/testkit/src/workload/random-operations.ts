import { randomUUID } from 'node:crypto';
import type { ConversationListItem } from '@parley/protocol';
import { Chance } from './chance.js';
import type { Device } from './device.contract.js';
import type { Gathering } from './fixture.js';
import { persist } from './persistence.js';
import type { WorkloadShape } from './workload-shape.js';

/** Shares of the operations: what these and the shape's `moves` leave up to 1 are sends. */
const READS = 0.1;
const CHANGES = 0.05;
const LOOKS = 0.02;

/** Of each device's messages, so many may still be changed. */
const MOST_OWN = 20;
/** Shares of changes, up to 1: the rest are edits. */
const REACTED = 0.3;
const DELETED = 0.5;
const EMOJI = ['👍', '🎉', '❤️'];
const TRIES = 6;
const HTTP_MS = 4_000;

interface Own {
  conversation: string;
  id: string;
}

/**
 * Runs random operations of all devices at a rate that does not wait for answers. A device runs one operation at a time in
 * a conversation; different devices and conversations run at once.
 */
export class RandomOperations {
  private readonly chance: Chance;
  private readonly own = new Map<Device, Own[]>();
  private readonly busy = new Set<string>();
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly gatherings: Gathering[];
  private timer: NodeJS.Timeout | null = null;
  private sent = 0;
  private readonly sends: number;

  constructor(
    private readonly devices: ReadonlyMap<string, Device>,
    gatherings: readonly Gathering[],
    private readonly shape: WorkloadShape,
    seed: number,
  ) {
    this.chance = new Chance(seed);
    this.gatherings = gatherings.filter(({ kind }) => kind !== 'probe');
    this.sends = 1 - READS - CHANGES - LOOKS - shape.moves;
  }

  /** May be called again after `stop`; with another rate where given. */
  start(rate = this.shape.rate): void {
    this.pause();
    let owed = 0;
    let before = performance.now();
    this.timer = setInterval(() => {
      const now = performance.now();
      // After a pause of this process nothing is made up for beyond a second.
      owed = Math.min(owed + ((now - before) / 1_000) * (rate / this.sends), rate);
      before = now;
      for (; owed >= 1; owed -= 1) this.act();
    }, 20);
  }

  pause(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  /** Begins nothing more, and resolves when all that was begun has ended: within the shape's timeout. */
  async stop(): Promise<void> {
    this.pause();
    await Promise.all(this.underWay);
  }

  private act(): void {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const gathering = this.where();
      const person = gathering && this.chance.pick([...gathering.members]);
      const device = person && this.devices.get(person.id);
      if (!gathering || !device) continue;
      const lane = `${device.name} ${gathering.id}`;
      if (this.busy.has(lane)) continue;
      this.busy.add(lane);
      const work = this.something(device, gathering)
        // A bug of the workload itself: the history records it, and the run goes on.
        .catch((fault: unknown) => device.journal.info(device.journal.call({ command: 'page' }), String(fault)))
        .finally(() => {
          this.busy.delete(lane);
          this.underWay.delete(work);
        });
      this.underWay.add(work);
      return;
    }
  }

  private where(): Gathering | null {
    const kind = this.chance.next() < this.shape.hotShare ? 'hot' : 'other';
    return this.chance.pick(this.gatherings.filter((each) => (kind === 'hot') === (each.kind === 'hot')));
  }

  private async something(device: Device, gathering: Gathering): Promise<void> {
    const drawn = this.chance.next() - this.sends;
    if (drawn < 0) await this.send(device, gathering);
    else if (drawn < READS) await persist(device, this.shape.timeout, () => device.read(gathering.id));
    else if (drawn < READS + CHANGES) await this.change(device);
    else if (drawn < READS + CHANGES + this.shape.moves) await this.move();
    else await this.look(device, gathering);
  }

  private async send(device: Device, { id: conversation }: Gathering): Promise<void> {
    const clientMessageId = randomUUID();
    this.sent += 1;
    const text = `${this.sent} of ${device.name}: ${clientMessageId}`;
    const attempt = () => device.send(conversation, clientMessageId, text);
    const outcome = await persist(device, this.shape.timeout, attempt);
    if (outcome.how !== 'ok') return;
    const own = this.own.get(device) ?? [];
    this.own.set(device, own);
    own.push({ conversation, id: outcome.result.id });
    if (own.length > MOST_OWN) own.shift();
  }

  /** An edit, a reaction or a deletion of a message of one's own: one change of it at a time. */
  private async change(device: Device): Promise<void> {
    const own = this.own.get(device) ?? [];
    const [message] = own.splice(this.chance.below(own.length), 1);
    if (!message) return;
    const { conversation, id } = message;
    const kind = this.chance.next();
    const text = kind < DELETED ? null : `changed ${randomUUID()}`;
    const emoji = this.chance.pick(EMOJI) ?? '';
    const attempt = () =>
      kind < REACTED ? device.react(conversation, id, emoji) : device.change(conversation, id, text);
    const outcome = await persist(device, this.shape.timeout, attempt);
    if (outcome.how === 'ok' && (kind < REACTED || text !== null)) own.push(message);
  }

  /** Someone of a group is removed by its owner, or comes back. */
  private async move(): Promise<void> {
    const gathering = this.chance.pick(this.gatherings.filter(({ movable }) => movable.length > 0));
    const person = gathering && this.chance.pick(gathering.movable);
    const owner = gathering && this.devices.get(gathering.owner.id);
    const lane = `moves in ${gathering?.id}`;
    if (!gathering || !person || !owner || this.busy.has(lane)) return;
    this.busy.add(lane);
    try {
      if (gathering.members.has(person)) {
        gathering.members.delete(person);
        await this.remove(owner, gathering.id, person.id);
      } else {
        await this.add(owner, gathering.id, person.id);
        gathering.members.add(person);
      }
    } finally {
      this.busy.delete(lane);
    }
  }

  private remove(owner: Device, conversation: string, target: string): Promise<unknown> {
    const path = `/conversations/${conversation}/members/${target}`;
    return persist({ isReady: true }, this.shape.timeout, () =>
      owner.journal.attempt(
        { command: 'remove', conversation, target },
        () => owner.http.request('DELETE', path, undefined, HTTP_MS),
        () => ({}),
      ),
    );
  }

  private add(owner: Device, conversation: string, target: string): Promise<unknown> {
    const body = { memberIds: [target] };
    return persist({ isReady: true }, this.shape.timeout, () =>
      owner.journal.attempt(
        { command: 'add', conversation, target },
        () => owner.http.request('POST', `/conversations/${conversation}/members`, body, HTTP_MS),
        () => ({}),
      ),
    );
  }

  /** A page, or one's unread count. */
  private async look(device: Device, { id: conversation }: Gathering): Promise<void> {
    if (this.chance.next() < 0.5) {
      await device.page(conversation);
      return;
    }
    await device.journal.attempt(
      { command: 'unread', conversation },
      () => device.http.request<ConversationListItem>('GET', `/conversations/${conversation}`, undefined, HTTP_MS),
      ({ unreadCount, lastReadSeq }) => ({ unreadCount, lastReadSeq }),
    );
  }
}
