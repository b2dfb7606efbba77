import { Catch, type ExceptionFilter } from '@nestjs/common';

/** Nest's own filter would tell faults in an event of its own; the command router tells them in the acknowledgement. */
@Catch()
export class RethrowFilter implements ExceptionFilter {
  catch(fault: unknown): never {
    throw fault;
  }
}
