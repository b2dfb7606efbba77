import { Injectable } from '@nestjs/common';
import type { Labels } from './counters.js';
import type { ReadingName } from './metric-catalogue.js';

export interface Reading {
  labels: Labels;
  value: number;
}

/** What is read when somebody asks for the metrics, and costs nothing otherwise. */
@Injectable()
export class Readings {
  private readonly sources = new Map<ReadingName, () => readonly Reading[]>();
  private readonly listeners: (() => void)[] = [];

  /** @param read what the name is at present, in as many values as its labels have. */
  provide(name: ReadingName, read: () => readonly Reading[]): void {
    this.sources.set(name, read);
  }

  /** Calls the listener whenever somebody asks, before anything is read. Must not wait. */
  beforeReading(listener: () => void): void {
    this.listeners.push(listener);
  }

  announce(): void {
    for (const listener of this.listeners) listener();
  }

  of(name: ReadingName): readonly Reading[] {
    return this.sources.get(name)?.() ?? [];
  }
}

/** Of a reading without labels. */
export const single = (value: number): Reading[] => [{ labels: {}, value }];
