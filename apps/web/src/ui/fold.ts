/** For comparisons in which case and accents do not matter: "o" finds "Ö". */
export function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
