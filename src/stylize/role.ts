/** What a source image is to the image made from it. @module */

/** Every role. A new kind of source (a mask, a second style) is a word in this list. */
export const roles = ['content', 'style'] as const;

/** One of {@link roles}. */
export type Role = (typeof roles)[number];

/** Something for each role; a role that an item does not use is missing. */
export type ByRole<T> = Readonly<Partial<Record<Role, T>>>;
