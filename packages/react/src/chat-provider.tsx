import { type ClientOptions, ParleyClient } from '@parley/client';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { holdClient } from './held-client.js';

/** A client of one's own, or the options for one. Both are taken as first given: another `key` makes it anew. */
export type ChatProviderProps = { children?: ReactNode } & (
  | { client: ParleyClient; options?: undefined }
  | { client?: undefined; options: ClientOptions }
);

const ClientContext = createContext<ParleyClient | null>(null);

/**
 * Gives one client, and so one socket, to everything below it. The client is connected while this is mounted; several
 * providers of one client share its connection.
 */
export function ChatProvider({ client, options, children }: ChatProviderProps) {
  // Making one has no effect outside of it: StrictMode makes two and drops one.
  const [own] = useState(() => client ?? new ParleyClient(options));
  useEffect(() => holdClient(own), [own]);
  return <ClientContext value={own}>{children}</ClientContext>;
}

/** The client of the nearest `ChatProvider`. */
export function useChatClient(): ParleyClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('This hook needs a ChatProvider above it.');
  return client;
}
