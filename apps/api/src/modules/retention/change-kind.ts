/**
 * Of the kinds of changes that the release before knows the one which becomes `conversation:updated` there, whatever has
 * changed: its nodes run beside ours for a while.
 */
export const UPDATED = 'renamed';
