/** The order of versions. @module */

/** Sorts versions, or names that contain them, the newest first: 2026.10 before 2026.4. */
export const newestFirst = (a: string, b: string): number => b.localeCompare(a, 'en', { numeric: true });
