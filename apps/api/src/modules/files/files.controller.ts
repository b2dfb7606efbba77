import { Controller, Get, HttpStatus, Post, Req, Res } from '@nestjs/common';
import type { AttachedFile, FileLink } from '@parley/protocol';
import type { Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { AnswersBytes, Needs, Refuses, Repeatable, TakesForm } from '../../platform/documented.js';
import { type ApiRequest, CurrentPrincipal, Linked } from '../../platform/http/request.js';
import { UuidParam, ValidQuery } from '../../platform/http/valid.js';
import { RateLimitedButRepeats } from '../../platform/limits/rate-limit.guard.js';
import { FileQueryDto } from './dto/file-query.dto.js';
import { LinkQueryDto, ThumbnailQueryDto } from './dto/thumbnail.dto.js';
import { FileAnswer } from './file-answer.js';
import { FilesService } from './files.service.js';
import { PlayableAudioService } from './playable-audio.service.js';
import { ThumbnailsService } from './thumbnails.service.js';
import { UploadsService } from './uploads.service.js';

@Controller('files')
export class FilesController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly files: FilesService,
    private readonly thumbnails: ThumbnailsService,
    private readonly playable: PlayableAudioService,
    private readonly answer: FileAnswer,
  ) {}

  /**
   * A form with one `file`, and a UUID as `clientUploadId` under which it can be repeated: the same once more is answered 200,
   * also by who has reached a limit, where the id comes before the file.
   * What no message has carried for a day is removed.
   */
  @Post()
  @Needs('account')
  @Repeatable()
  @TakesForm({ file: { type: 'string', format: 'binary' }, clientUploadId: { type: 'string', format: 'uuid' } }, [
    'file',
  ])
  @Refuses(
    'validation_failed',
    'too_large',
    'unsupported_media_type',
    'idempotency_conflict',
    'storage_full',
    'unsupported',
  )
  @RateLimitedButRepeats('uploads')
  async upload(
    @CurrentPrincipal() principal: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AttachedFile> {
    const { file, isNew } = await this.uploads.upload(principal, request);
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return file;
  }

  /**
   * For its uploader, and the members of a conversation with a message that carries it; also by a link, without a token. With
   * `playable=true` audio comes as every browser plays it, MP3 where it is something else, if that could be made.
   */
  @Get(':id')
  @Needs('read')
  @Linked()
  @AnswersBytes()
  @Refuses('unsupported')
  async read(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidQuery(FileQueryDto) { playable = false }: FileQueryDto,
    @Res() response: Response,
  ): Promise<void> {
    if (!playable) return this.answer.send(await this.files.get(principal, id), response);
    const file = await this.playable.get(principal, id);
    await this.answer.send(file, response, (lost) => this.playable.remade(principal, id, lost));
  }

  /**
   * A WebP for who may read the file, no larger than the file itself, with at most 320 or 1280 pixels a side: `size`, 320 where it
   * is missing; also by a link, without a token. `not_found` where nothing of the file can be shown.
   */
  @Get(':id/thumbnail')
  @Needs('read')
  @Linked()
  @AnswersBytes()
  @Refuses('unsupported')
  async thumbnail(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidQuery(ThumbnailQueryDto) { size = 320 }: ThumbnailQueryDto,
    @Res() response: Response,
  ): Promise<void> {
    const thumbnail = await this.thumbnails.get(principal, id, size);
    await this.answer.sendThumbnail(thumbnail, response, (lost) =>
      this.thumbnails.remade(principal, { id, size }, lost),
    );
  }

  /**
   * The WebP of at most 320 pixels a side of a file that its uploader shows as their picture, for everybody with an account: where
   * their `avatarUrl` leads. `not_found` once they show another one. What is at this address never changes.
   */
  @Get(':id/avatar')
  @Needs('account')
  @AnswersBytes()
  @Refuses('unsupported')
  async avatar(@UuidParam('id') id: string, @Res() response: Response): Promise<void> {
    const picture = await this.thumbnails.avatar(id);
    await this.answer.sendAvatar(picture, response, (lost) => this.thumbnails.remadeAvatar(id, lost));
  }

  /** For pictures and players of a page: good for five minutes, while the caller may read the file, or of its `thumbnail`. */
  @Post(':id/link')
  @Needs('read')
  @Refuses('unsupported')
  link(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidQuery(LinkQueryDto) { thumbnail }: LinkQueryDto,
  ): Promise<FileLink> {
    return thumbnail === undefined ? this.files.link(principal, id) : this.thumbnails.link(principal, id, thumbnail);
  }
}
