/** Stylizes pairs with a network, and judges the published images in the default objective of VGG-19. @module */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor } from '../../../src/engine/index.js';
import { canonicalJson } from '../../../src/files/canonical-json.js';
import { sha256 } from '../../../src/files/digest.js';
import { publishFile } from '../../../src/files/publish.js';
import { decodeImage } from '../../../src/images/decode.js';
import { encodeImage } from '../../../src/images/encode.js';
import { toPixels, toTensor } from '../../../src/images/tensor.js';
import { styleWeight } from '../../../src/methods/optimize/objective.js';
import type { ArrayStylizer } from '../../../src/run/arrays/arrays.js';
import type { Pair } from '../pictures/pairs.js';
import { type Contender, contenders, type RecipeOptions, recipeOf } from './contenders.js';
import { weightsOf } from './running.js';

/** The losses of an image in VGG-19, with weights of one. */
export interface Losses {
  readonly content: number;
  readonly style: number;
}

/** The objective of the default recipe at a strength. */
export const objectiveOf = ({ content, style }: Losses, strength: number): number =>
  content + styleWeight(strength) * style;

/** The share of VGG-19's gain. */
export function shareOf(losses: Losses, initial: Losses, ofVgg19: Losses, strength: number): number {
  const [before, after, best] = [initial, losses, ofVgg19].map((some) => objectiveOf(some, strength));
  return (before - after) / (before - best);
}

/** A published image with its losses. */
export interface Result {
  readonly image: HostTensor;
  readonly losses: Losses;
}

export interface JudgeOptions extends Omit<RecipeOptions, 'sizePx'> {
  /** Folder of the published images. */
  readonly folder: string;
  /** Whether images that are there already, of the same pair, weights and recipe, are used again. */
  readonly resume: boolean;
}

/** At this strength, the style loss has the weight one. */
const unitStrength = Math.sqrt(50);

export class Judge {
  readonly #digests = new Map<Contender, Promise<string>>();
  readonly #initial = new WeakMap<Pair, Promise<Losses>>();

  /** @param weightsFile of VGG-19 */
  constructor(
    private readonly stylizer: ArrayStylizer,
    private readonly weightsFile: string,
    private readonly options: JudgeOptions,
  ) {}

  /** The losses of the content image itself. */
  initial(pair: Pair): Promise<Losses> {
    const { content, style } = pair;
    const losses = this.#initial.get(pair) ?? this.#evaluate(content, content, style);
    this.#initial.set(pair, losses);
    return losses;
  }

  /** Stylizes a pair, and judges the result as it is published: rounded to 8 bits. */
  async make(network: Contender, strength: number, { content, style }: Pair): Promise<Result> {
    const { folder, resume } = this.options;
    const recipe = recipeOf(network, strength, { ...this.options, sizePx: content.shape[1] });
    const parts = [
      recipe,
      await this.#digestOf(network),
      ...[content, style].map(({ data }) => digestOf(data)),
    ];
    const digest = sha256(Buffer.from(canonicalJson(parts))).slice(0, 12);
    const file = join(folder, `${network}-${digest}.png`);
    await mkdir(folder, { recursive: true });
    if (!resume || !existsSync(file)) {
      const { image } = await this.stylizer.stylize(content, style, recipe);
      await publishFile(file, await encodeImage(toPixels(image.data, image.shape), { format: 'png' }), {
        temporaryFolder: folder,
      });
    }
    const image = toTensor(await decodeImage(file, { sizePx: content.shape[1], fit: 'crop' }));
    return { image, losses: await this.#evaluate(image, content, style) };
  }

  async #evaluate(image: HostTensor, content: HostTensor, style: HostTensor): Promise<Losses> {
    const recipe = recipeOf(contenders[0], unitStrength, { sizePx: content.shape[1] });
    const { terms } = await this.stylizer.evaluate(image, content, style, recipe);
    return { content: terms['content.features'], style: terms['style.gram'] };
  }

  #digestOf(network: Contender): Promise<string> {
    const load = async () => (await weightsOf(network, this.weightsFile)).digest;
    const digest = this.#digests.get(network) ?? load();
    this.#digests.set(network, digest);
    return digest;
  }
}

const digestOf = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  sha256(new Uint8Array(buffer, byteOffset, byteLength));
