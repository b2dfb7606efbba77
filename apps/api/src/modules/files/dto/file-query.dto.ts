import { IsBoolean, IsString, MaxLength } from 'class-validator';
import { MayBeMissing } from '../../../platform/validation.js';

/** Query of `GET files/:id`. */
export class FileQueryDto {
  @MayBeMissing()
  @IsBoolean()
  playable?: boolean;

  /** In place of a token, as `POST files/:id/link` answers it. */
  @MayBeMissing()
  @IsString()
  @MaxLength(200)
  link?: string;
}
