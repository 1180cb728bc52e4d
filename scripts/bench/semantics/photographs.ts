/** Two photographs of the demo with masks of sky and land. @module */
import { join } from 'node:path';
import { decodeImage } from '../../../src/images/decode.js';
import { repositoryRoot } from '../../docs/repository.js';
import type { Subject, Subjects } from './subjects.js';

/** A photograph, and the outline of its sky in shares of width and height. */
interface Photograph {
  readonly file: string;
  readonly sky: readonly (readonly [x: number, y: number])[];
}

const dune: Photograph = {
  file: 'landscape/dune.jpg',
  sky: [
    [0, 0],
    [0, 0.335],
    [0.15, 0.215],
    [0.5, 0.415],
    [0.93, 0.8],
    [1, 0.83],
    [1, 0],
  ],
};

const teaGardens: Photograph = {
  file: 'landscape/tea-gardens.jpg',
  sky: [
    [0.16, 0],
    [0.3, 0.12],
    [0.5, 0.15],
    [0.56, 0.21],
    [0.68, 0.2],
    [0.8, 0.25],
    [0.9, 0.35],
    [1, 0.33],
    [1, 0],
  ],
};

/** A sand dune in the style of tea gardens: blue sky over orange land, and white sky over green land. */
export async function photographs(sizePx: number): Promise<Subjects> {
  const [content, style] = await Promise.all([dune, teaGardens].map((each) => read(each, sizePx)));
  return { content, style, judged: { sky: 1, land: 0 } };
}

async function read({ file, sky }: Photograph, sizePx: number): Promise<Subject> {
  const path = join(repositoryRoot, 'datasets', 'demo', 'content', file);
  const pixels = await decodeImage(path, { sizePx, fit: 'keep' });
  const { widthPx: width, heightPx: height } = pixels;
  const numbers = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height];
    return isInside(sky, x, y) ? 1 : 0;
  });
  return { pixels, numbers };
}

/** Whether a place is inside of a polygon: a ray from it crosses the outline an odd number of times. */
function isInside(outline: Photograph['sky'], x: number, y: number): boolean {
  let inside = false;
  for (const [i, [ax, ay]] of outline.entries()) {
    const [bx, by] = outline[(i + 1) % outline.length];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
