import { HttpStatus } from '@nestjs/common';
import type { DuplicateReceipt, Message } from '@parley/protocol';
import type { Response } from 'express';
import type { Sent } from './messages.service.js';

/** The REST answer to a send: 201 with the message, or 200 and `Parley-Duplicate: true` for a repeat. */
export function answerSend(sent: Sent, response: Response): Message | DuplicateReceipt {
  response.status(sent.duplicate ? HttpStatus.OK : HttpStatus.CREATED);
  if (sent.duplicate) response.setHeader('Parley-Duplicate', 'true');
  return 'receipt' in sent ? sent.receipt : sent.message;
}
