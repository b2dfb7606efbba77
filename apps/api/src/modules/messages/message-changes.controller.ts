import { Controller, Delete, Get, Patch } from '@nestjs/common';
import type { MessageEdits as EditsPage, Message } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs } from '../../platform/documented.js';
import { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody, ValidQuery } from '../../platform/http/valid.js';
import { AsCommand } from '../../realtime/commands/command.interceptor.js';
import { EditMessageDto } from './dto/change-message.dto.js';
import { EditHistory } from './edit-history.js';
import { MessageDeletion } from './message-deletion.js';
import { MessageEdits } from './message-edits.js';

/** What can be done with a message that is there; each answers with the message as the caller then sees it. */
@Controller('messages/:id')
export class MessageChangesController {
  constructor(
    private readonly edits: MessageEdits,
    private readonly deletion: MessageDeletion,
    private readonly history: EditHistory,
  ) {}

  /** One's own, within the window (15 minutes, if not set otherwise), else `forbidden`. */
  @Patch()
  @Needs('edit_own', 'edit_others')
  @AsCommand('message:edit')
  async edit(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(EditMessageDto) body: EditMessageDto,
  ): Promise<Message> {
    return (await this.edits.edit(principal, id, body)).message;
  }

  /** Answers with the tombstone. */
  @Delete()
  @Needs('delete_own', 'delete_others')
  @AsCommand('message:delete')
  async delete(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<Message> {
    return (await this.deletion.delete(principal, id)).message;
  }

  /** The oldest first; none of a deleted message. */
  @Get('edits')
  @Needs('read')
  editsOf(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidQuery(CursorQueryDto) query: CursorQueryDto,
  ): Promise<EditsPage> {
    return this.history.page(principal, id, query);
  }
}
