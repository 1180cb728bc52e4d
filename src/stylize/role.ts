/** The roles of source images. @module */

/** Every role. To add a kind of source (a mask, a second style), add a name to this list. */
export const roles = ['content', 'style'] as const;

/** One of {@link roles}. */
export type Role = (typeof roles)[number];

/** A value for each role. Roles that an item does not use are missing. */
export type ByRole<T> = Readonly<Partial<Record<Role, T>>>;
