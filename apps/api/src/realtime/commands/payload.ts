import type { PipeTransform } from '@nestjs/common';
import { MessageBody } from '@nestjs/websockets';
import { validated } from '../../platform/validation.js';

/** The command's payload as an instance of a DTO class; `validation_failed` where it is none. */
export const Payload = (type: new () => object): ParameterDecorator => MessageBody(new PayloadPipe(type));

class PayloadPipe implements PipeTransform {
  constructor(private readonly type: new () => object) {}

  transform(sent: unknown): object {
    return validated(this.type, sent);
  }
}
