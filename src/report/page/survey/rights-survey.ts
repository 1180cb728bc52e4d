/** Collects the licenses and authors of the images that a dataset was made from. @module */
import { isStyleRole } from '../../../stylize/role.js';
import { visible } from '../visible.js';
import { NameCounts } from './distributions.js';

const mostNames = 100;

/** What is known of the content images, or of the style images. */
export interface SideRights {
  images: number;
  readonly licenses: NameCounts;
  readonly authors: NameCounts;
}

interface Source {
  readonly sha256: string;
  readonly license?: string | undefined;
  readonly author?: string | undefined;
}

/** Counts every source image once, however many images were made from it. */
export class RightsSurvey {
  readonly sides: Readonly<Record<'content' | 'style', SideRights>> = {
    content: noRights(),
    style: noRights(),
  };
  readonly #seen = new Set<string>();

  add(sources: object): void {
    for (const [role, { sha256, license, author }] of Object.entries(sources) as [string, Source][]) {
      const side = isStyleRole(role) ? 'style' : 'content';
      const key = `${side} ${sha256}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      const { licenses, authors } = this.sides[side];
      this.sides[side].images++;
      if (license !== undefined) licenses.add(visible(license));
      if (author !== undefined) authors.add(visible(author));
    }
  }
}

function noRights(): SideRights {
  return { images: 0, licenses: new NameCounts(mostNames), authors: new NameCounts(mostNames) };
}
