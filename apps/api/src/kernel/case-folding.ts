/**
 * A text without case, compatibility forms and what cannot be seen, the same on every database. Upper case between two
 * lower cases also meets letters that have no lower form of their own (ß and ẞ are ss); σ has two lower forms, and i with
 * a dot above is written in two ways.
 */
export function foldCase(text: string): string {
  const lower = text.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
  return lower
    .replace(/ς/g, 'σ')
    .replace(/i\u0307/g, 'i')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}
