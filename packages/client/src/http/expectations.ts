import type { Expectation } from './http.js';

/** What answers of the server contain: those of a network's sign-in page may be JSON, too. */
export const hasId: Expectation = ({ id }) => typeof id === 'string';
export const hasItems: Expectation = ({ items }) => Array.isArray(items);
export const hasConversations: Expectation = ({ conversations }) => typeof conversations === 'object';
export const hasMembers: Expectation = ({ members }) => Array.isArray(members);
export const isNothing: Expectation = () => false;
export const isMember: Expectation = ({ user }) => typeof user === 'object';
