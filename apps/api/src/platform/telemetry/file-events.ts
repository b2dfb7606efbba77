import type { Logger } from 'pino';
import { faultLevel } from '../../kernel/errors.js';
import type { Counters } from './counters.js';

/** The part of `EventReporter` that is about files. */
export abstract class FileEvents {
  protected constructor(
    protected readonly log: Logger,
    readonly counters: Counters,
  ) {}

  /** `isSame`: its content was stored already, under whatever name. */
  fileUploaded(facts: { userId: string; size: number; isNew: boolean; isSame: boolean }): void {
    this.counters.add('files_uploaded_total');
    this.counters.add('file_bytes_uploaded_total', {}, facts.size);
    this.log.info(facts, 'a file was uploaded');
  }

  fileNotDiscarded(contentId: string, fault: unknown): void {
    this.counters.add('file_faults_total', { at: 'discarding' });
    this.log[faultLevel(fault)](
      { contentId, err: fault },
      'what came of an upload that failed is left to the clean-up',
    );
  }

  exportLacksFile(fileId: string, fault: unknown): void {
    this.counters.add('file_faults_total', { at: 'exporting' });
    this.log.warn({ fileId, err: fault }, 'a file is lost, and was left out of an export');
  }

  fileMissing(fileId: string, fault: unknown): void {
    this.counters.add('file_faults_total', { at: 'reading' });
    this.log.error({ fileId, err: fault }, 'the content of a file is not in the store');
  }

  /** What is uploaded until this is mended may be lost. */
  fileStoreUnfit(fault: unknown): void {
    this.counters.add('file_faults_total', { at: 'starting' });
    this.log.warn({ err: fault }, 'the store of files does not give back what it is given: see its settings');
  }

  /** Once, when the node starts. */
  mediaProgramsSought(programs: { ffmpeg: string; ffprobe: string } | null): void {
    if (programs) this.log.info(programs, 'videos and audio are looked into');
    else this.log.info('videos and audio are handed out as they come: there are no ffmpeg and ffprobe on PATH');
  }

  /** Its details are known, and what is made of it is stored. `peakBytes`: of the process that did it. */
  fileExamined(facts: { contentId: string; kind: string; ms: number; peakBytes: number }): void {
    this.counters.add('media_examined_total', { kind: facts.kind });
    this.counters.add('media_examined_seconds_total', { kind: facts.kind }, facts.ms / 1_000);
    this.log.info(facts, 'a file was looked at');
  }

  /** Nothing can be shown of it; once for each content. */
  fileNotReadable(facts: { contentId: string; kind: string; reason: string; fault: string }): void {
    this.counters.add('media_failed_total', { kind: facts.kind, reason: facts.reason });
    this.log.info(facts, 'nothing can be shown of a file');
  }

  fileNotExamined(contentId: string, fault: unknown): void {
    this.counters.add('file_faults_total', { at: 'examining' });
    this.log[faultLevel(fault)](
      { contentId, err: fault },
      'a file could not be looked at; it will be tried again when it is to be shown',
    );
  }

  /** `forgotten`: files that no message carries; `removed`: contents that are in no file any more. */
  filesCleanedUp(facts: { forgotten: number; removed: number }): void {
    this.counters.add('files_removed_total', {}, facts.forgotten);
    this.log.info(facts, 'files were cleaned up');
  }

  contentNotRemoved(contentId: string, fault: unknown): void {
    this.counters.add('file_faults_total', { at: 'removing' });
    this.log[faultLevel(fault)]({ contentId, err: fault }, 'a content could not be removed; it will be tried again');
  }

  fileCleanupFailed(fault: unknown): void {
    this.counters.add('file_faults_total', { at: 'cleaning up' });
    this.log[faultLevel(fault)]({ err: fault }, 'files could not be cleaned up; it will be tried again');
  }

  fileRefusedByScanner(facts: { userId: string; signature: string }): void {
    this.counters.add('files_refused_by_scanner_total');
    this.log.warn(facts, 'the scanner refused a file');
  }

  /** It was taken all the same. */
  fileNotScanned(facts: { userId: string; why: 'too large' | 'scanner away' }): void {
    this.counters.add('files_not_scanned_total', { why: facts.why });
    this.log.warn(facts, 'a file was taken that no scanner looked at');
  }

  scannerAway(fault: unknown): void {
    this.log.warn({ err: fault }, 'the scanner of files is away');
  }
}
