const SEARCHABLE = /^.{2,}$|[^\u0000-\u007f]/su;

/** One letter of the Latin alphabet would list people; one character of many other scripts is a word. */
export function isSearchable(query: string): boolean {
  return SEARCHABLE.test(query);
}
