/** Optimizes items stage by stage on one engine. @module */
import type { HostTensor, Named } from '../../engine/engine.js';
import { cropToMiddle } from '../../images/reflect.js';
import { resizeTensor } from '../../images/resize.js';
import { drawNumber, keyOfSeed, random32 } from '../../random.js';
import type { LossPoint } from '../../stylize/curve.js';
import { type Side, styleRoles } from '../../stylize/role.js';
import { afterRestarts } from '../../stylize/schedule/slot.js';
import { Stylizer } from '../../stylize/stylizer.js';
import type { TargetCache } from '../../stylize/targets.js';
import type { Made, MakeRequest, Maker, MethodContext, Source } from '../method.js';
import { carriedOver } from './carry-over.js';
import type { OptimizeFacts } from './facts.js';
import { parametersOfRecipe, specOfRecipe, withContentWeight } from './objective.js';
import { finishedImage, preparedSource } from './pixels/color.js';
import { initialImage } from './pixels/initial.js';
import { padded, paddedSource } from './pixels/working-shape.js';
import type { OptimizeRecipe } from './recipe/resolve.js';
import { sourceName, stagesOf } from './stages.js';
import { type Guidance, guidanceOf, withRegions } from './styles/guidance.js';

const stageDraw = drawNumber('stage');

export class OptimizeMaker implements Maker<OptimizeRecipe, OptimizeFacts> {
  readonly #stylizer: Stylizer;

  /** @param targets a cache of targets to share. By default the maker has its own */
  constructor(
    private readonly context: MethodContext,
    targets?: TargetCache,
  ) {
    this.#stylizer = new Stylizer(context.engine, { ...context, ...(targets && { targets }) });
  }

  get totals() {
    return this.#stylizer.totals;
  }

  async make(
    { recipe, sources, seed, watch }: MakeRequest<OptimizeRecipe>,
    signal?: AbortSignal,
  ): Promise<Made<OptimizeRecipe, OptimizeFacts>> {
    const curve: LossPoint[] = [];
    let [steps, evaluations, restarts, plateaus, elapsedMs] = [0, 0, 0, 0, 0];
    let image: HostTensor | undefined;
    let state: Named<HostTensor> | undefined;
    let guidance: Guidance | undefined;
    for (const [stage, { steps: stepsOfStage, learningRate, contentWeight }] of stagesOf(recipe).entries()) {
      if (image && watch?.finish?.aborted) {
        image = resizeTensor(image, sources[sourceName.content(stage)].tensor.shape);
        continue;
      }
      const stepsBefore = steps;
      const watchOfStage = watch && {
        ...watch,
        onStep: (step: number) => watch.onStep?.(stepsBefore + step),
        onPoint: (point: LossPoint) => watch.onPoint?.({ ...point, step: stepsBefore + point.step }),
      };
      const { content, styles, initialStyle } = preparedSources(recipe, sources, stage);
      guidance = guidanceOf(content, styles);
      const { shares } = guidance ?? {};
      const spec = specOfRecipe(recipe, shares);
      const { shape } = sources[sourceName.content(stage)].tensor;
      const initial: HostTensor = image
        ? padded(resizeTensor(image, shape))
        : initialImage(recipe.init, content.tensor, initialStyle?.tensor, seed);
      // Only the first stage can be canceled: an item that has started runs to the end.
      const result = await this.#stylizer.stylize(
        {
          spec,
          // Where one stage needed a gentler learning rate, so will the next.
          parameters: {
            ...parametersOfRecipe(withContentWeight(recipe, contentWeight), shares),
            learningRate: afterRestarts(learningRate, restarts),
          },
          steps: stepsOfStage,
          state: image && state && carriedOver(spec, state, image.shape, shape),
          seed: stage === 0 ? seed : random32(keyOfSeed(seed), stageDraw, stage),
          sources: withRegions({ content, ...styles }, guidance),
          initial,
          watch: watchOfStage,
        },
        image ? undefined : signal,
      );
      curve.push(...result.curve.map((point) => ({ ...point, step: steps + point.step })));
      steps += result.steps;
      evaluations += result.evaluations;
      restarts += result.restarts;
      if (result.isPlateau) plateaus++;
      elapsedMs += result.elapsedMs;
      image = cropToMiddle(result.image, shape);
      ({ state } = result);
    }
    const last = stagesOf(recipe).length - 1;
    const [content, style] = [sourceName.content(last), sourceName.style(last)].map((name) => sources[name]);
    const { colors, shares } = guidance ?? { colors: [], shares: [] };
    const { digest } = await this.context.weights(recipe.network);
    return {
      image: finishedImage(recipe, image as HostTensor, content, style),
      applied: gentler(recipe, restarts),
      facts: {
        network: { name: recipe.network, weights: digest },
        loss: { initial: curve[0], final: curve[curve.length - 1], curve },
        steps,
        evaluations,
        restarts,
        plateaus,
        ...(guidance && { regions: colors.map((color, i) => ({ color, share: shares[i] })) }),
      },
      elapsedMs,
    };
  }

  dispose(): void {
    this.#stylizer.dispose();
  }
}

/** The sources of a stage, as they are optimized for: content and initial image in their working shape. */
function preparedSources({ color, style }: OptimizeRecipe, sources: Named<Source>, stage: number) {
  const content = sources[sourceName.content(stage)];
  const prepared = (side: Side, source: Source): Source => ({
    ...preparedSource(color, side, source, content),
    mask: source.mask,
  });
  const initialStyle = sources[sourceName.initialStyle];
  return {
    content: paddedSource(prepared('content', content)),
    styles: Object.fromEntries(
      style.mix.map((_, i) => {
        const role = styleRoles[i];
        return [role, prepared('style', sources[sourceName.style(stage, role)])];
      }),
    ),
    ...(initialStyle && { initialStyle: paddedSource(prepared('style', initialStyle)) }),
  };
}

/** The recipe with the learning rates of the attempts that succeeded. */
function gentler(recipe: OptimizeRecipe, restarts: number): OptimizeRecipe {
  if (restarts === 0) return recipe;
  const stages = recipe.stages.map((stage) => ({
    ...stage,
    learningRate: afterRestarts(stage.learningRate, restarts),
  }));
  return { ...recipe, learningRate: afterRestarts(recipe.learningRate, restarts), stages };
}
