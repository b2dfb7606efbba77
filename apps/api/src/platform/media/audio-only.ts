/**
 * Whether the tracks that the beginning of this WebM or MP4 describes are audio, all of them; false where it describes none.
 * The parser is large, and loaded with the first one.
 */
export async function isAudioOnly(head: Uint8Array): Promise<boolean> {
  const { BufferSource, Input, MATROSKA, MP4, QTFF, WEBM } = await import('mediabunny');
  const input = new Input({ formats: [WEBM, MATROSKA, MP4, QTFF], source: new BufferSource(head) });
  const tracks = await input.getTracks();
  return tracks.length > 0 && tracks.every(({ type }) => type === 'audio');
}
