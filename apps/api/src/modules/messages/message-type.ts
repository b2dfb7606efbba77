import { FOREIGN_TYPES, type MessageType, type Metadata, type SendMessageBody, type SentType } from '@parley/protocol';
import type { Config } from '../../config/config.js';
import { invalid } from '../../kernel/errors.js';

/** A message's type and metadata by Parley's own names. */
interface OwnType {
  type: SentType;
  metadata: Metadata;
}

/** @throws `validation_failed` where the metadata says that it is other data than the type does. */
export function ownType({ type = 'text', metadata = {} }: Pick<SendMessageBody, 'type' | 'metadata'>): OwnType {
  if (!isForeign(type)) return { type, metadata };
  const { type: own, dataType } = FOREIGN_TYPES[type];
  if (dataType === undefined) return { type: own, metadata };
  const given = metadata.dataType ?? dataType;
  if (given !== dataType) throw invalid('metadata.dataType', `must be ${dataType} where the type is ${type}`);
  return { type: own, metadata: { ...metadata, dataType } };
}

const isForeign = (type: string): type is keyof typeof FOREIGN_TYPES => Object.hasOwn(FOREIGN_TYPES, type);

/** @throws `validation_failed` where this installation has a schema for such data and this does not fit it. */
export function requireSchema(
  { type, metadata }: { type: MessageType; metadata: Metadata },
  schemas: Config['dataSchemas'],
): void {
  if (type !== 'data' || typeof metadata.dataType !== 'string') return;
  const fault = schemas.get(metadata.dataType)?.(metadata);
  if (fault) throw invalid(fault.path, fault.message);
}
