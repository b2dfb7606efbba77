#!/usr/bin/env bash
# sharp 0.35.5 (libvips 8.18.7): a CMYK JPEG without a colour profile is converted as if it were made for a printing press.
# Cyan and magenta at their full, which browsers show as blue (0, 0, 255), come out as violet (32, 6, 117). What is in the
# file can be had by asking for CMYK at both ends, `pipelineColourspace('cmyk')` and `toColourspace('cmyk')`; with the second
# alone it has gone through RGB and back.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund sharp@0.35.5 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import sharp from 'sharp';

// 8 by 8 pixels of full cyan and magenta, made with ImageMagick: convert -size 8x8 xc:blue -colorspace CMYK.
const blue = Buffer.from(
  '/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFB' +
  'gSFBUU/9sAQwEDBAQFBAUJBQUJFA0LDRQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU/8AAFAgACAAI' +
  'BAERAAIRAQMRAQQRAP/EABQAAQAAAAAAAAAAAAAAAAAAAAn/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABgn/xA' +
  'AUEQEAAAAAAAAAAAAAAAAAAAAA/9oADgQBAAIRAxEEAAA/AEFSqOCpv//Z',
  'base64',
);

async function tell(what, picture) {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  console.log(`${what}: ${[...data.subarray(0, info.channels)].join(' ')}`);
}
const { space, hasProfile } = await sharp(blue).metadata();
console.log(`${space}, profile: ${hasProfile}`);
await tell('RGB', sharp(blue));
await tell('CMYK', sharp(blue).toColourspace('cmyk'));
await tell('CMYK throughout', sharp(blue).pipelineColourspace('cmyk').toColourspace('cmyk'));
JS
seen=$(node run.mjs)
wanted='cmyk, profile: false
RGB: 32 6 117
CMYK: 249 250 0 23
CMYK throughout: 255 255 0 0'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
