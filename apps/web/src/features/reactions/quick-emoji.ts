/** The most frequent reactions, offered without the picker. */
export const QUICK_EMOJI = ['👍', '❤️', '😂', '🎉', '👀', '✅'] as const;
