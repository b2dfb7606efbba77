import { LIMITS } from '@parley/protocol';
import { invalid } from '../../kernel/errors.js';

/** One emoji as Unicode recommends it for interchange: flags, keycaps, skin tones and joined ones included. */
const EMOJI = new RegExp(String.raw`^\p{RGI_Emoji}$`, 'v');
/** Signs that are text unless a variation selector or a skin tone follows. */
const UNQUALIFIED = new RegExp(String.raw`([\p{Emoji}--\p{Emoji_Presentation}])(?![\uFE0F\p{Emoji_Modifier}])`, 'gv');

/**
 * The one emoji that was given, in the spelling under which it counts: NFC, and with the variation selectors that some
 * keyboards leave out, so that ❤ and ❤️ are the same reaction.
 * @throws `validation_failed` for anything else: text, several emoji, or one that this server's Unicode does not know.
 */
export function oneEmoji(given: string): string {
  if (Buffer.byteLength(given) > LIMITS.emojiBytes) {
    throw invalid('emoji', `must be at most ${LIMITS.emojiBytes} bytes of UTF-8`);
  }
  const composed = given.normalize('NFC');
  const spelled = EMOJI.test(composed) ? composed : composed.replace(UNQUALIFIED, '$1\uFE0F');
  if (!EMOJI.test(spelled)) throw invalid('emoji', 'must be one emoji');
  return spelled;
}
