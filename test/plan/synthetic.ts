/** Jobs and inventories without files. @module */
import { createHash } from 'node:crypto';
import type { ContentEntry, StyleEntry } from '../../src/inventory/entries.js';
import { parseJob } from '../../src/job/load.js';
import type { Job } from '../../src/job/schema.js';

export const network = { name: 'random', weights: 'f'.repeat(64) } as const;

/** A minimal job plus the given lines. */
export function jobWith(lines = ''): Job {
  return parseJob(
    '/jobs/job.yaml',
    `content: { root: c }\nstyle: { root: s }\noutput: { root: o }\n${lines}`,
  );
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Content images by class: `{ cat: 3 }` is `cat/0.jpg` to `cat/2.jpg`. */
export function contentsOf(classes: Readonly<Record<string, number>>): ContentEntry[] {
  return Object.entries(classes).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, index) => contentOf(`${label}/${index}.jpg`, label)),
  );
}

export function contentOf(path: string, label: string | null): ContentEntry {
  return { path, sha256: digest(path), bytes: 1000, label };
}

/** Style images by folder. */
export function stylesOf(folders: Readonly<Record<string, number>>): StyleEntry[] {
  return Object.entries(folders).flatMap(([folder, count]) =>
    Array.from({ length: count }, (_, index) => {
      const path = folder === '' ? `${index}.jpg` : `${folder}/${index}.jpg`;
      return { path, sha256: digest(path), bytes: 1000, folder };
    }),
  );
}
