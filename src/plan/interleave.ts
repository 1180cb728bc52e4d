/**
 * The order in which the items of a plan are made. Every prefix resembles the whole: classes have their shares, originals
 * and replicas come evenly, and styles are mixed. So a run that stops early leaves a dataset that can be used.
 * @module
 */
import type { Key } from '../random.js';
import type { ContentClass } from './counts.js';

/** An item of a plan, by its content image and its number among the items of that image. */
export interface Position {
  /** Index into the list of content images. */
  readonly content: number;
  /** From 0 to the number of items of the content image. */
  readonly item: number;
}

/**
 * Yields every item once. After m of N items, a class with n items has about m n / N of them, and each class has one item
 * before any has two. Within a class, each pass over the content images takes one item of each.
 * @param keys keys of the content images; they decide the order within a class, so that it does not follow file names
 * @param itemsOf number of items of every content image
 */
export function* interleave(
  classes: readonly ContentClass[],
  keys: readonly Key[],
  itemsOf: ArrayLike<number>,
): Generator<Position> {
  const queues = classes
    .map(({ contents }) => contents.filter((content) => itemsOf[content] > 0))
    .filter((contents) => contents.length > 0)
    .map((contents, index): Queue => {
      const total = contents.reduce((sum, content) => sum + itemsOf[content], 0);
      return { index, total, taken: 0, positions: passes(byKey(contents, keys), itemsOf) };
    });
  // All keys are 0, so any order is a heap.
  while (queues.length > 0) {
    const [first] = queues;
    const { done, value } = first.positions.next();
    if (!done) {
      yield value;
      first.taken++;
    } else {
      const last = queues.pop();
      if (queues.length > 0 && last) queues[0] = last;
    }
    siftDown(queues);
  }
}

/** The items of one class that are left, in a heap: the class that is furthest behind its share comes first. */
interface Queue {
  readonly index: number;
  readonly total: number;
  taken: number;
  readonly positions: Generator<Position, undefined>;
}

function isBefore(a: Queue, b: Queue): boolean {
  const difference = a.taken / a.total - b.taken / b.total;
  return difference < 0 || (difference === 0 && a.index < b.index);
}

function siftDown(heap: Queue[]): void {
  for (let at = 0; ; ) {
    const left = 2 * at + 1;
    let best = at;
    for (const child of [left, left + 1]) {
      if (child < heap.length && isBefore(heap[child], heap[best])) best = child;
    }
    if (best === at) return;
    [heap[at], heap[best]] = [heap[best], heap[at]];
    at = best;
  }
}

/** Each pass starts one item later for each content image, so that a pass has originals and all replicas. */
function* passes(contents: readonly number[], itemsOf: ArrayLike<number>): Generator<Position, undefined> {
  const most = contents.reduce((largest, content) => Math.max(largest, itemsOf[content]), 0);
  for (let pass = 0; pass < most; pass++) {
    for (const [place, content] of contents.entries()) {
      const items = itemsOf[content];
      if (pass < items) yield { content, item: (pass + place) % items };
    }
  }
}

function byKey(contents: readonly number[], keys: readonly Key[]): number[] {
  return [...contents].sort((a, b) => keys[a][0] - keys[b][0] || keys[a][1] - keys[b][1] || a - b);
}
