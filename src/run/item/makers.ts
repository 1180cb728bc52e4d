/** The makers of one process, one for each method, opened on first use. @module */
import { methodOf, type ResolvedRecipe } from '../../methods/index.js';
import type { Maker, MethodContext } from '../../methods/method.js';
import { addSteps, noSteps, type StepTotals } from '../../stylize/step-totals.js';

export class Makers {
  readonly #open = new Map<string, Maker<ResolvedRecipe>>();

  constructor(private readonly context: MethodContext) {}

  /** Returns the maker for a recipe's method. */
  of(recipe: ResolvedRecipe): Maker<ResolvedRecipe> {
    let maker = this.#open.get(recipe.method);
    if (!maker) {
      maker = methodOf(recipe).open(this.context);
      this.#open.set(recipe.method, maker);
    }
    return maker;
  }

  /** The steps of all methods, summed. */
  get totals(): StepTotals {
    return [...this.#open.values()].map(({ totals }) => totals).reduce(addSteps, noSteps);
  }

  dispose(): void {
    for (const maker of this.#open.values()) maker.dispose();
  }
}
