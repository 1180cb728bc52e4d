/** The roles of source images, and the sides they are on. @module */

/** The styles of an item: the first, and those that are blended with it. */
export const styleRoles = [
  'style',
  'style2',
  'style3',
  'style4',
  'style5',
  'style6',
  'style7',
  'style8',
] as const;
export type StyleRole = (typeof styleRoles)[number];

/** Every role. To add a kind of source, add a name to this list. */
export const roles = ['content', ...styleRoles] as const;

/** One of {@link roles}. */
export type Role = (typeof roles)[number];

/** A value for each role. Roles that an item does not use are missing. */
export type ByRole<T> = Readonly<Partial<Record<Role, T>>>;

/** The two kinds of images. Each has a folder of its own. */
export const sides = ['content', 'style'] as const;
export type Side = (typeof sides)[number];

/** The side of a role. */
export const sideOf = (role: Role): Side => (role === 'content' ? 'content' : 'style');

/** Whether a word is the role of a style. */
export const isStyleRole = (role: string): role is StyleRole =>
  (styleRoles as readonly string[]).includes(role);
