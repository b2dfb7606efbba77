import type { EventName, Events } from '@parley/protocol';

/** An event as a socket received it. */
export type ReceivedEvent = { [Name in EventName]: { name: Name; payload: Events[Name] } }[EventName];
