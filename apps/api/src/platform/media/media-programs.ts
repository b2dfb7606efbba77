import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

/** Where the programs are that look into videos and audio. */
export interface MediaPrograms {
  ffmpeg: string;
  ffprobe: string;
}

/** Looks for both in these directories, in their order; null where one is missing, and on Windows, where no shell limits them. */
export async function findMediaPrograms(directories: readonly string[]): Promise<MediaPrograms | null> {
  if (process.platform === 'win32') return null;
  const ffmpeg = await find(directories, 'ffmpeg');
  const ffprobe = await find(directories, 'ffprobe');
  return ffmpeg && ffprobe ? { ffmpeg, ffprobe } : null;
}

async function find(directories: readonly string[], name: string): Promise<string | null> {
  for (const path of directories.filter(isAbsolute).map((directory) => join(directory, name))) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return null;
}
