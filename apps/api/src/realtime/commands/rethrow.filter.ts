import { Catch, type ExceptionFilter } from '@nestjs/common';

/**
 * Nest's own filter would emit faults as an event of its own; the command router answers them in the acknowledgement.
 */
@Catch()
export class RethrowFilter implements ExceptionFilter {
  catch(fault: unknown): never {
    throw fault;
  }
}
