/** A preview of a job: a sheet of a few images, without a dataset. @module */
import { join } from 'node:path';
import { encodeImage } from '../../images/encode.js';
import type { Job } from '../../job/schema.js';
import type { StylizedItem } from '../../plan/item.js';
import { renderContactSheet, type SheetRow } from '../../report/contact-sheet.js';
import { stylizedItems, withMaker } from '../compare/make-items.js';

/** How many images of the job the preview chooses from, for each that it makes. */
const candidates = 5;

/**
 * Makes some of the first images of a job, from the weakest style to the strongest, and draws them beside their sources.
 * @returns a PNG; undefined if the job stylizes nothing
 * @throws the errors of `prepare`; those of the method if no image can be made
 */
export async function previewSheet(
  job: Job,
  images: number,
  onProgress?: (made: number, total: number) => void,
): Promise<Buffer | undefined> {
  const limited = {
    ...job,
    sampling: {
      ...job.sampling,
      limit: Math.min(job.sampling.limit ?? Number.POSITIVE_INFINITY, candidates * images),
    },
  };
  const items = spread(await stylizedItems(limited), images);
  if (items.length === 0) return undefined;
  const rows = await withMaker(limited, async (make) => {
    const made: SheetRow[] = [];
    let problem: unknown;
    for (const item of items) {
      const { content, style } = item.sources;
      const pixels = await make(item).then(
        (one) => one.pixels,
        (error: unknown) => {
          problem = error;
        },
      );
      if (!pixels) continue;
      made.push({
        content: join(job.content.root, content.path),
        style: join(job.style.root, style.path),
        result: await encodeImage(pixels, { format: 'png' }),
        caption: captionOf(item),
      });
      onProgress?.(made.length, items.length);
    }
    if (made.length === 0) throw problem;
    return made;
  });
  return renderContactSheet(rows);
}

const strengthOf = ({ recipe }: StylizedItem): number => ('style' in recipe ? recipe.style.strength : 0);

/** Chooses items with strengths from the whole range, of as many classes as possible. */
export function spread(items: readonly StylizedItem[], count: number): StylizedItem[] {
  const byStrength = items.toSorted((a, b) => strengthOf(a) - strengthOf(b));
  const parts = Math.min(count, items.length);
  const shown = new Set<string | null>();
  return Array.from({ length: parts }, (_, i) => {
    const [from, to] = [i, i + 1].map((edge) => Math.floor((edge * items.length) / parts));
    const part = byStrength.slice(from, to);
    // The weakest of the first part, the strongest of the last.
    const wanted = Math.round((i / Math.max(1, parts - 1)) * (part.length - 1));
    const unseen = [...part.keys()].filter((at) => !shown.has(part[at].label));
    const [nearest = wanted] = unseen.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
    shown.add(part[nearest].label);
    return part[nearest];
  });
}

function captionOf({ label, recipe }: StylizedItem): string {
  const strength =
    'style' in recipe ? `strength ${Number(recipe.style.strength.toPrecision(3))}` : recipe.method;
  return label === null ? strength : `${label} · ${strength}`;
}
