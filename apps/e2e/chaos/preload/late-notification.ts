// For `node --import`, before a node's own script: delays announcements by 50 ms after the commit, so that a node can
// be killed in between. The product itself has no code for this.
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const LATE_MS = 50;

type Announce = (...args: unknown[]) => void;

const script = process.argv[1] ?? '';
const file = join(dirname(script), 'realtime/hub/hub.js');
const { Hub } = (await import(pathToFileURL(file).href)) as { Hub: { prototype: object } };
const prototype = Hub.prototype as { announce: Announce };
const announce = prototype.announce;
prototype.announce = function announceLate(...args) {
  setTimeout(() => announce.apply(this, args), LATE_MS);
};
