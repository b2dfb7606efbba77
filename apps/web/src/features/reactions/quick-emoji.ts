/** Offered without opening the picker: what people answer each other most. */
export const QUICK_EMOJI = ['👍', '❤️', '😂', '🎉', '👀', '✅'] as const;
