import { SetMetadata } from '@nestjs/common';
import type { ErrorCode, Need } from '@parley/protocol';

/** What documents, guards and tests cannot read from a handler's types and checks. */

/** Metadata keys of the decorators below. */
export const REFUSALS = 'parley:refusals';
export const ALIAS = 'parley:alias';
export const REPEATED = 'parley:repeated';
export const NEEDS = 'parley:needs';
export const FORM = 'parley:form';
export const BYTES = 'parley:bytes';
export const TAKEN_BYTES = 'parley:taken-bytes';
export const TAKEN_HEADERS = 'parley:taken-headers';
export const ANSWERED_HEADERS = 'parley:answered-headers';

/** Codes that this command or route answers beside those that all of its kind do. */
export const Refuses = (...codes: ErrorCode[]) => SetMetadata(REFUSALS, codes);

/** A route that another source's clients expect; `route` is the one that does the same, as `GET messages/:id`. */
export const AliasOf = (route: string) => SetMetadata(ALIAS, route);

/** A route that sets 200 instead of its own status where what was asked for was there already, and this header if any. */
export const Repeatable = (header: 'Parley-Duplicate' | null = null) => SetMetadata(REPEATED, { header });

/** A route whose body is a form: its fields as JSON Schema, and those that must be there. */
export const TakesForm = (properties: Record<string, object>, required: string[]) =>
  SetMetadata(FORM, { type: 'object', properties, required });

/** A route that answers with the bytes of a file, and sets their type itself. */
export const AnswersBytes = () => SetMetadata(BYTES, true);

/** A route whose body is bytes, of this content type. */
export const TakesBytes = (type: string) => SetMetadata(TAKEN_BYTES, type);

/** A route that reads these headers of a request; all have to be there. */
export const TakesHeaders = (...names: string[]) => SetMetadata(TAKEN_HEADERS, names);

/** A route that answers by these headers, some of them where they apply. */
export const AnswersHeaders = (...names: string[]) => SetMetadata(ANSWERED_HEADERS, names);

/** The rows of the table of permissions by which this route refuses, or what stands in their place. Each route has some. */
export const Needs = (...needs: [Need, ...Need[]]) => SetMetadata(NEEDS, needs);

/**
 * Whether these are the needs of a route for server admins alone; with other needs beside it, as for `PATCH reports/:id`,
 * the service decides.
 */
export const isForServerAdmins = (needs: readonly Need[]): boolean =>
  needs.length > 0 && needs.every((need) => need === 'server_admin');
