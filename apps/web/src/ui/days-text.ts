export const daysText = (days: number): string => (days === 1 ? 'a day' : `${days} days`);
