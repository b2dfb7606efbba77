/** Why the microphone cannot be used, and what to do. */
const SENTENCES: Readonly<Record<string, string>> = {
  NotAllowedError: 'The microphone may not be used here. Allow it for this page in your browser, then try again.',
  SecurityError: 'The microphone may not be used here. Allow it for this page in your browser, then try again.',
  NotFoundError: 'No microphone was found. Connect one, then try again.',
  NotReadableError: 'The microphone cannot be used just now: another program may have it. Try again in a moment.',
  NotSupportedError:
    'This browser cannot record sound. A recording that you have made elsewhere can be attached as a file.',
};

export const INSECURE = 'Browsers record sound on secure pages only. Open this page by https.';

export function refusalOf(thrown: unknown): string {
  if (!isSecureContext) return INSECURE;
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  return SENTENCES[name] ?? 'The recording could not be made. Try again.';
}
