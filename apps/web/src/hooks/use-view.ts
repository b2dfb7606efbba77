import { useCallback } from 'react';
import { useLocation } from 'wouter';
import { useParams } from './use-params.js';

/** Dialogs and panels stand in the address, so that reload and Back apply to them. */
type DialogName = 'new-message' | 'new-group' | 'go-to' | 'keys';
type PanelName = 'members' | 'search';

const DIALOGS: readonly string[] = ['new-message', 'new-group', 'go-to', 'keys'] satisfies DialogName[];
const PANELS: readonly string[] = ['members', 'search'] satisfies PanelName[];

export interface View {
  dialog: DialogName | null;
  panel: PanelName | null;
  /** What is searched for. */
  query: string;
  setQuery: (query: string) => void;
  openDialog: (name: DialogName) => void;
  /** Replaces the entry in the history: Back does not open it again. */
  closeDialog: () => void;
  togglePanel: (name: PanelName) => void;
  openConversation: (id: string) => void;
  /** The search through all conversations. */
  openSearch: (query: string) => void;
}

export function useView(): View {
  const [, navigate] = useLocation();
  const [params, changeParams] = useParams();
  const dialog = params.get('dialog');
  const panel = params.get('panel');
  // What is chosen in a dialog takes its place in the history: Back does not open the dialog again.
  const replace = dialog !== null;
  return {
    dialog: dialog !== null && DIALOGS.includes(dialog) ? (dialog as DialogName) : null,
    panel: panel !== null && PANELS.includes(panel) ? (panel as PanelName) : null,
    query: params.get('q') ?? '',
    setQuery: useCallback(
      (query) => changeParams((now) => setParam(now, 'q', query.trim() === '' ? null : query)),
      [changeParams],
    ),
    openDialog: useCallback((name) => changeParams((now) => now.set('dialog', name), replace), [changeParams, replace]),
    closeDialog: useCallback(() => changeParams((now) => now.delete('dialog')), [changeParams]),
    togglePanel: useCallback(
      (name) =>
        changeParams((now) => {
          now.delete('q');
          setParam(now, 'panel', now.get('panel') === name ? null : name);
        }),
      [changeParams],
    ),
    openConversation: useCallback((id) => navigate(`/c/${id}`, { replace }), [navigate, replace]),
    openSearch: useCallback(
      (query) => navigate(query === '' ? '/search' : `/search?${new URLSearchParams({ q: query })}`, { replace }),
      [navigate, replace],
    ),
  };
}

function setParam(params: URLSearchParams, name: string, value: string | null): void {
  if (value === null) params.delete(name);
  else params.set(name, value);
}
