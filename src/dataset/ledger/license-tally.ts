/** Counts the source images of a dataset by license. @module */

import { z } from 'zod';
import { growing } from '../../files/growing.js';
import { isStyleRole } from '../../stylize/role.js';
import type { CompleteRecord } from './record.js';

/** Source images with one license; null counts those without. */
export const licenseCountSchema = growing({
  role: z.string(),
  license: z.string().nullable(),
  images: z.int().min(0),
});

export type LicenseCount = z.output<typeof licenseCountSchema>;

/** Counts every source image once, however many images were made from it. */
export class LicenseTally {
  readonly #seen = new Map<string, string | null>();
  #hasLicenses = false;

  add({ sources }: CompleteRecord): void {
    for (const [role, { sha256, license = null }] of Object.entries(sources)) {
      const side = isStyleRole(role) ? 'style' : role;
      this.#seen.set(`${side} ${sha256}`, license);
      this.#hasLicenses ||= license !== null;
    }
  }

  /** Returns the counts by role and license, or none if no image has a license. */
  counts(): LicenseCount[] {
    if (!this.#hasLicenses) return [];
    const counts = new Map<string, LicenseCount & { images: number }>();
    for (const [source, license] of this.#seen) {
      const role = source.slice(0, source.indexOf(' '));
      const key = JSON.stringify([role, license]);
      const known = counts.get(key) ?? { role, license, images: 0 };
      known.images++;
      counts.set(key, known);
    }
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  }
}
