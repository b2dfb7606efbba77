import { join } from 'node:path';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { type MediaJob, type MediaResult, type Rendition, type RenditionName, THUMBNAIL_SIZES } from '../media-job.js';
import { rgbOfCmyk } from './cmyk.js';
import { heicOf } from './heic.js';

/** What may be decoded, whatever the library could read beside it. */
const LOADERS = ['JpegFile', 'PngFile', 'WebpFile', 'NsgifFile', 'HeifFile', 'TiffBuffer'];
/** Telephones make pictures of up to 200 million. */
const MOST_PIXELS = 200_000_000;
/** Of all pictures of an animation; beyond it only the first is shown. */
const MOST_ANIMATED_PIXELS = 100_000_000;
const [SMALL, LARGE] = THUMBNAIL_SIZES;
/** Half the time of the default for three per cent more bytes. */
const EFFORT = 2;
const QUALITY = 80;
/** The most that a thumbhash is made of. */
const PLACEHOLDER_SIDE = 100;
const OPTIONS: SharpOptions = { failOn: 'error', limitInputPixels: MOST_PIXELS };

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS.map((name) => `VipsForeignLoad${name}`) });

/** A picture that was decoded: upright, in sRGB and 8 bits a channel, no larger than the large thumbnail. */
interface Decoded {
  pixels: Sharp;
  /** Of the picture itself, upright. */
  width: number;
  height: number;
  isAnimated: boolean;
}

/**
 * Decodes a picture to its last pixel, since many have a header that says what cannot be shown, and makes its thumbnails, which
 * are never larger than the picture.
 */
export async function lookAtPicture({ input, mediaType, folder }: MediaJob): Promise<MediaResult> {
  const { pixels, width, height, isAnimated } = await (mediaType.startsWith('image/hei')
    ? decodedHeic(input)
    : decoded(sharp(input, OPTIONS)));
  const make = async (name: RenditionName, side: number): Promise<Rendition> => {
    const source = isAnimated ? sharp(input, { ...OPTIONS, animated: true }) : pixels.clone();
    const file = `${name}.webp`;
    await within(source, side).webp({ quality: QUALITY, effort: EFFORT }).toFile(join(folder, file));
    return { name, mediaType: 'image/webp', file };
  };
  const renditions = [await make('thumbnail-320', SMALL)];
  if (Math.max(width, height) > SMALL) renditions.push(await make('thumbnail-1280', LARGE));
  return { details: { width, height, placeholder: await placeholderOf(pixels) }, renditions };
}

const within = (picture: Sharp, side: number): Sharp =>
  picture.resize(side, side, { fit: 'inside', withoutEnlargement: true });

async function decoded(picture: Sharp): Promise<Decoded> {
  const { space, hasProfile, autoOrient, pages = 1, format } = await picture.metadata();
  const { width, height } = autoOrient;
  const isAnimated = pages > 1 && (format === 'gif' || format === 'webp');
  // The library takes CMYK without a profile for that of some press, where blue is violet. Browsers show it by the plain rule.
  const isPlainCmyk = space === 'cmyk' && !hasProfile;
  const upright = within(isPlainCmyk ? picture.pipelineColourspace('cmyk') : picture, LARGE).autoOrient();
  const { data, info } = await upright
    .toColourspace(isPlainCmyk ? 'cmyk' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const pixels = isPlainCmyk
    ? sharp(rgbOfCmyk(data), { raw: { width: info.width, height: info.height, channels: 3 } })
    : sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
  return { pixels, width, height, isAnimated: isAnimated && width * height * pages <= MOST_ANIMATED_PIXELS };
}

async function decodedHeic(input: string): Promise<Decoded> {
  const { content, raw } = await heicOf(input, MOST_PIXELS);
  return decoded(sharp(content, { ...OPTIONS, ...(raw && { raw }) }));
}

/** Some 25 bytes from which a client draws the colours of the picture. */
async function placeholderOf(pixels: Sharp): Promise<string> {
  const { data, info } = await within(pixels.clone(), PLACEHOLDER_SIDE)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}
