import { useMemo } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';

type Change = (params: URLSearchParams) => void;

/**
 * The parameters of the address, and what changes them. The router's own hook decodes the address before its parameters
 * are: "50%25" in a question would become "50%".
 */
export function useParams(): [URLSearchParams, (change: Change, replace?: boolean) => void] {
  const search = useSearch();
  return [useMemo(() => new URLSearchParams(search), [search]), changeParams];
}

function changeParams(change: Change, replace = true): void {
  const params = new URLSearchParams(location.search);
  change(params);
  const search = String(params);
  navigate(search === '' ? location.pathname : `${location.pathname}?${search}`, { replace });
}
