import { IsIn, IsInt, IsString, MaxLength } from 'class-validator';
import { THUMBNAIL_SIZES } from '../../../platform/media/media-job.js';
import { MayBeMissing } from '../../../platform/validation.js';

/** Query of `GET files/:id/thumbnail`. */
export class ThumbnailQueryDto {
  @MayBeMissing()
  @IsInt()
  @IsIn(THUMBNAIL_SIZES)
  size?: number;

  /** In place of a token, as `POST files/:id/link` answers it. */
  @MayBeMissing()
  @IsString()
  @MaxLength(200)
  link?: string;
}

/** Query of `POST files/:id/link`: of which thumbnail, if not of the file. */
export class LinkQueryDto {
  @MayBeMissing()
  @IsInt()
  @IsIn(THUMBNAIL_SIZES)
  thumbnail?: number;
}
