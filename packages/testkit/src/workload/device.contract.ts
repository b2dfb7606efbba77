import type { HttpClient } from '../clients/http-client.js';
import type { Journal, Outcome } from './journal.js';
import type { Person } from './person.js';

/** An acknowledged send: the message's id and its position. */
export interface Sent {
  id: string;
  seq: number;
}

/** One of a person's devices. Each method is one attempt, that ends in time and never rejects. */
export interface Device {
  readonly name: string;
  readonly person: Person;
  readonly journal: Journal;
  readonly http: HttpClient;
  /** Whether an attempt has a chance just now. */
  readonly isReady: boolean;
  send(conversation: string, clientMessageId: string, text: string): Promise<Outcome<Sent>>;
  change(conversation: string, id: string, text: string | null): Promise<Outcome<unknown>>;
  react(conversation: string, id: string, emoji: string): Promise<Outcome<unknown>>;
  read(conversation: string): Promise<Outcome<unknown>>;
  page(conversation: string): Promise<Outcome<unknown>>;
  /** Null where the device keeps no position there. */
  versionOf(conversation: string): number | null;
  close(): Promise<void> | void;
}
