/**
 * What the layers of a network keep of an image: the image reconstructed from one layer, and its texture up to some depth, as
 * in figure 1 of Gatys et al. 2016.
 * @module
 */
import type { HostTensor } from '../../engine/engine.js';
import { decodeImage } from '../../images/decode.js';
import type { Pixels } from '../../images/pixels.js';
import { toPixels, toTensor } from '../../images/tensor.js';
import type { RecipeInput } from '../../methods/recipe.js';
import { renderGrid } from '../../report/comparison/grid.js';
import { type NetworkName, networks } from '../../stylize/networks/index.js';
import { createStylizer } from '../arrays/arrays.js';
import type { EngineChoice } from '../arrays/method-context.js';

export interface InspectOptions extends EngineChoice {
  readonly network: NetworkName;
  /** Long edge in pixels. */
  readonly sizePx: number;
  readonly steps: number;
  readonly onProgress?: (made: number, total: number) => void;
}

/** One column of the picture. */
export interface InspectedDepth {
  /** The layer that the content is reconstructed from. */
  readonly contentLayer: string;
  /** The layers whose Gram matrices the texture has. */
  readonly styleLayers: readonly string[];
  readonly content: Pixels;
  readonly texture: Pixels;
}

/** What comes out of an activation, or of a whole fire module. */
const isActivation = (layer: string): boolean => /^(relu|fire)[\d_]+$/.test(layer);

/** One depth for each block of a network: its second layer for the content, the first layers up to it for the texture. */
export function depthsOf(network: NetworkName): Pick<InspectedDepth, 'contentLayer' | 'styleLayers'>[] {
  const blocks: string[][] = [[]];
  for (const layer of networks[network].layers) {
    if (layer.startsWith('pool')) blocks.push([]);
    else if (isActivation(layer)) blocks.at(-1)?.push(layer);
  }
  const filled = blocks.filter((block) => block.length > 0);
  return filled.map(([first, second = first], depth) => ({
    contentLayer: second,
    styleLayers: filled.slice(0, depth + 1).map(([layer]) => layer),
  }));
}

/**
 * Optimizes noise to match an image in one layer (content), and in the Gram matrices of layers up to a depth (texture).
 * @param file the image
 * @throws the errors of `decodeImage`; `weights-missing`, `weights-invalid`
 */
export async function inspect(
  file: string,
  { network, sizePx, steps, onProgress, ...choice }: InspectOptions,
): Promise<{ readonly image: Pixels; readonly depths: readonly InspectedDepth[] }> {
  const image = await decodeImage(file, { sizePx, fit: 'keep' });
  const tensor = toTensor(image);
  const stylizer = await createStylizer(choice);
  try {
    const common = { network, init: 'noise', size: sizePx, steps, totalVariation: 0 } as const;
    const made = async (recipe: RecipeInput): Promise<Pixels> => pixelsOf(await run(recipe));
    const run = async (recipe: RecipeInput) =>
      (await stylizer.stylize(tensor, tensor, { ...common, ...recipe })).image;
    const plan = depthsOf(network);
    const depths: InspectedDepth[] = [];
    for (const { contentLayer, styleLayers } of plan) {
      const content = await made({
        content: { layers: [contentLayer] },
        style: { layers: [contentLayer], strength: 0 },
      });
      onProgress?.(2 * depths.length + 1, 2 * plan.length);
      const texture = await made({
        content: { layers: [styleLayers[0]], weight: 0 },
        style: { layers: [...styleLayers] },
      });
      depths.push({ contentLayer, styleLayers, content, texture });
      onProgress?.(2 * depths.length, 2 * plan.length);
    }
    return { image, depths };
  } finally {
    stylizer.dispose();
  }
}

const pixelsOf = ({ data, shape }: HostTensor): Pixels => toPixels(data, shape);

/** One labeled picture: the image, then a column for each depth. */
export async function renderInspection({
  image,
  depths,
}: Awaited<ReturnType<typeof inspect>>): Promise<Buffer> {
  const cellPx = Math.max(128, Math.min(256, Math.max(image.widthPx, image.heightPx)));
  return renderGrid({
    headings: [
      ['image'],
      ...depths.map(({ contentLayer, styleLayers }) => [
        `content: ${contentLayer}`,
        `texture: to ${styleLayers.at(-1)}`,
      ]),
    ],
    rows: [
      { caption: 'content that one layer keeps', images: [image, ...depths.map(({ content }) => content)] },
      {
        caption: 'texture that the Gram matrices up to a depth keep',
        images: [image, ...depths.map(({ texture }) => texture)],
      },
    ],
    cellPx,
  });
}
