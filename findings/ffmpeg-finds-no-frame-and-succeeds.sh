#!/usr/bin/env bash
# ffmpeg (@ffmpeg-installer/linux-x64 4.1.0; likewise 5.1.9 of Debian 12): asked for one frame of a video from a place beyond its
# end, it writes nothing, says nothing at `-v error` and exits with 0, as if it had made the picture. With `-xerror` likewise.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --save-exact @ffmpeg-installer/linux-x64@4.1.0 >install.log 2>&1 || { cat install.log; exit 1; }
ffmpeg=node_modules/@ffmpeg-installer/linux-x64/ffmpeg
"$ffmpeg" -v error -f lavfi -i testsrc=size=64x48:rate=10:duration=1 -c:v libvpx video.webm

seen=''
for from in 0.5 2; do
  for more in '' '-xerror'; do
    code=0
    # shellcheck disable=SC2086
    "$ffmpeg" -v error $more -ss "$from" -i video.webm -frames:v 1 -c:v png -f image2pipe pipe:1 >frame.png 2>words.txt || code=$?
    some() { [ -s "$1" ] && echo some || echo none; }
    seen+="from $from s${more:+ with $more}: exit $code, picture: $(some frame.png), words: $(some words.txt)"$'\n'
  done
done
printf '%s' "$seen"
expected='from 0.5 s: exit 0, picture: some, words: none
from 0.5 s with -xerror: exit 0, picture: some, words: none
from 2 s: exit 0, picture: none, words: none
from 2 s with -xerror: exit 0, picture: none, words: none
'
[ "$seen" = "$expected" ] || { echo 'This is not what was seen before.'; exit 1; }
