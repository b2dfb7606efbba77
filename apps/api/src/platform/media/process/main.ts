import type { MediaAnswer, MediaJob, MediaKind, MediaResult } from '../media-job.js';
import { lookAtPicture } from './picture.step.js';
import { lookAtRecording } from './recording.step.js';

/** The program of the process of media: it answers each job with what its step has made, and ends with its node. */

const STEPS: Readonly<Record<MediaKind, (job: MediaJob) => Promise<MediaResult>>> = {
  picture: lookAtPicture,
  recording: lookAtRecording,
};

/** Of a fault's text; libraries repeat parts of what they read. */
const FAULT_CHARACTERS = 200;

async function answer(job: MediaJob): Promise<MediaAnswer> {
  try {
    return { result: await STEPS[job.kind](job) };
  } catch (fault) {
    return { fault: String(fault instanceof Error ? fault.message : fault).slice(0, FAULT_CHARACTERS) };
  }
}

process.on('message', (job: MediaJob) => void answer(job).then((each) => process.send?.(each)));
process.on('disconnect', () => process.exit());
process.send?.('ready');
