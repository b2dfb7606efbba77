import { useCallback } from 'react';
import { useLocation, useSearchParams } from 'wouter';

/** Dialogs and panels stand in the address, so that reload and Back apply to them. */
type DialogName = 'new-message' | 'new-group';
type PanelName = 'members';

const DIALOGS: readonly string[] = ['new-message', 'new-group'] satisfies DialogName[];

export interface View {
  dialog: DialogName | null;
  panel: PanelName | null;
  openDialog: (name: DialogName) => void;
  /** Replaces the entry in the history: Back does not open it again. */
  closeDialog: () => void;
  togglePanel: (name: PanelName) => void;
  openConversation: (id: string) => void;
}

export function useView(): View {
  const [, navigate] = useLocation();
  const [params, setParams] = useSearchParams();
  const dialog = params.get('dialog');
  const panel = params.get('panel') === 'members' ? 'members' : null;
  return {
    dialog: dialog !== null && DIALOGS.includes(dialog) ? (dialog as DialogName) : null,
    panel,
    openDialog: useCallback((name) => setParams((now) => withParam(now, 'dialog', name)), [setParams]),
    closeDialog: useCallback(() => setParams((now) => withParam(now, 'dialog', null), { replace: true }), [setParams]),
    togglePanel: useCallback(
      (name) => setParams((now) => withParam(now, 'panel', now.get('panel') === name ? null : name), { replace: true }),
      [setParams],
    ),
    openConversation: useCallback((id) => navigate(`/c/${id}`), [navigate]),
  };
}

function withParam(params: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value === null) next.delete(name);
  else next.set(name, value);
  return next;
}
