import type { MessageType } from './entities.js';

/** What a client may send: every type but `system`, which only the server writes. */
export type SentType = Exclude<MessageType, 'system'>;

/** Types as clients of other systems name them: taken on the way in, never answered. */
export type ForeignType = 'image_ref' | 'file_ref' | 'incident_data';

/** What each is stored as; `dataType` is put into the metadata. */
export const FOREIGN_TYPES: Readonly<Record<ForeignType, { type: SentType; dataType?: string }>> = {
  image_ref: { type: 'image' },
  file_ref: { type: 'file' },
  incident_data: { type: 'data', dataType: 'incident' },
};
