/** The loss curves of the items that a worker is optimizing, for whoever looks at the run. @module */
import type { LossPoint } from '../../stylize/curve.js';
import type { Watch } from '../../stylize/schedule/item.js';

/** The curve of an item so far. */
export interface ItemCurve {
  readonly id: string;
  /** Updates up to the last loss. */
  readonly step: number;
  /** At about twenty steps of each size, in order. */
  readonly losses: readonly number[];
}

type Point = Pick<LossPoint, 'step' | 'total'>;

/** Collects the curves of items. */
export class ItemCurves {
  readonly #points = new Map<string, Point[]>();
  #hasChanged = false;

  /** Begins the curve of an item. @returns what its optimization reports to */
  begin(id: string): Watch {
    const points: Point[] = [];
    this.#points.set(id, points);
    return {
      onPoint: ({ step, total }) => {
        // An optimization that starts over, more gently, has a new curve.
        if ((points.at(-1)?.step ?? 0) > step)
          while (points.length > 0 && points[points.length - 1].step >= step) points.pop();
        points.push({ step, total });
        this.#hasChanged = true;
      },
    };
  }

  end(id: string): void {
    this.#points.delete(id);
  }

  /** The curves, if one has changed since they were taken last. */
  take(): readonly ItemCurve[] | undefined {
    if (!this.#hasChanged) return undefined;
    this.#hasChanged = false;
    return [...this.#points].flatMap(([id, points]) => {
      const last = points.at(-1);
      return last ? [{ id, step: last.step, losses: points.map(({ total }) => total) }] : [];
    });
  }
}
