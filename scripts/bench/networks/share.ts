/** The share of VGG-19's gain that each network reaches. Writes a table, a plot and a contact sheet. @module */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor } from '../../../src/engine/index.js';
import type { ArrayStylizer } from '../../../src/run/arrays/arrays.js';
import { writeGrid } from '../pictures/draw.js';
import { loadPairs, type Pair, type PictureOptions } from '../pictures/pairs.js';
import { type Contender, contenders, type PerNetwork, perNetwork } from './contenders.js';
import { Judge, type Losses, objectiveOf, type Result, shareOf } from './judge.js';
import { bestStrength } from './search.js';
import { writeShares } from './shares-plot.js';

/** Options of {@link benchShare}. */
export interface ShareOptions extends PictureOptions {
  /** The strength of the objective that results are judged in. */
  readonly judge: number;
  /** Steps at full size. Default: those of the default recipe. */
  readonly steps?: number;
  /** Whether to use the images of an interrupted run again. */
  readonly resume: boolean;
}

/** The results, each over all pairs. */
export interface ShareFigures {
  readonly pairs: number;
  readonly sizePx: number;
  readonly judge: number;
  /** The strength at which each network was found to do best. */
  readonly strength: PerNetwork<number>;
  /** Mean share of VGG-19's gain. */
  readonly share: PerNetwork<number>;
  /** The lowest share of a pair. */
  readonly leastShare: PerNetwork<number>;
  /** Mean objective of the results. */
  readonly objective: PerNetwork<number> & { readonly content: number };
  /** Mean share of the same images in the objective at {@link otherStrength}. */
  readonly shareAt22: PerNetwork<number>;
}

/** At this strength, the style loss has a weight of about 10. */
const otherStrength = 22;
const searchedPairs = 3;
/** Strengths are searched at half the size, where a step takes a quarter of the time. */
const searchScale = 0.5;
const smallestSearchPx = 64;

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

/** Stylizes every pair with every network. Writes `networks.csv`, `networks.png` and `networks.jpg`. */
export async function benchShare(stylizer: ArrayStylizer, options: ShareOptions): Promise<ShareFigures> {
  const { judge: judgedStrength, out, sizePx } = options;
  await mkdir(out, { recursive: true });
  const judge = new Judge(stylizer, options.weights, { ...options, folder: join(out, 'networks') });
  const small = { ...options, sizePx: Math.max(smallestSearchPx, Math.round(sizePx * searchScale)) };
  const samples = await loadPairs({ ...small, pairs: Math.min(searchedPairs, options.pairs) });
  const pairs = await loadPairs(options);
  const initial: Losses[] = [];
  for (const pair of pairs) initial.push(await judge.initial(pair));
  const made: Partial<Record<Contender, readonly Result[]>> = {};
  const strength = await perNetwork(async (network) => {
    const best = await bestStrength(judge, network, samples, judgedStrength);
    process.stderr.write(`${network}: best at strength ${best}\n`);
    const results: Result[] = [];
    made[network] = results;
    for (const pair of pairs) {
      results.push(await judge.make(network, best, pair));
      process.stderr.write(`${network} ${results.length}/${pairs.length} ${pair.name}\n`);
    }
    // After each network, so that an interrupted run leaves something to look at.
    await writePictures(out, pairs, made);
    return best;
  });
  const results = made as PerNetwork<readonly Result[]>;
  const losses = (network: Contender): Losses[] => results[network].map((result) => result.losses);
  const sharesAt = (network: Contender, at: number): number[] =>
    losses(network).map((own, i) => shareOf(own, initial[i], results.vgg19[i].losses, at));
  const of = <T>(compute: (network: Contender) => T): PerNetwork<T> => ({
    vgg19: compute('vgg19'),
    compact: compute('compact'),
    random: compute('random'),
  });
  const shares = of((network) => sharesAt(network, judgedStrength));
  await writeFile(join(out, 'networks.csv'), tableOf(pairs, initial, of(losses), shares, judgedStrength));
  await writeShares(join(out, 'networks.png'), shares);
  const objectives = (some: readonly Losses[]) => meanOf(some.map((one) => objectiveOf(one, judgedStrength)));
  return {
    pairs: pairs.length,
    sizePx,
    judge: judgedStrength,
    strength,
    share: of((network) => meanOf(shares[network])),
    leastShare: of((network) => Math.min(...shares[network])),
    objective: { content: objectives(initial), ...of((network) => objectives(losses(network))) },
    shareAt22: of((network) => meanOf(sharesAt(network, otherStrength))),
  };
}

function tableOf(
  pairs: readonly Pair[],
  initial: readonly Losses[],
  losses: PerNetwork<readonly Losses[]>,
  shares: PerNetwork<readonly number[]>,
  judgedStrength: number,
): string {
  const rows = pairs.flatMap(({ name }, i) => [
    [name, 'content', initial[i], 0] as const,
    ...contenders.map((network) => [name, network, losses[network][i], shares[network][i]] as const),
  ]);
  const lines = rows.map(([name, network, own, share]) =>
    [name, network, own.content, own.style, objectiveOf(own, judgedStrength), share].join(','),
  );
  return ['pair,network,content_loss,style_loss,objective,share', ...lines, ''].join('\n');
}

/** A row per pair: content, style, and the result of each network. */
async function writePictures(
  out: string,
  pairs: readonly Pair[],
  made: Partial<Record<Contender, readonly Result[]>>,
): Promise<void> {
  const rows = pairs.map(({ content, style }, i): HostTensor[] => [
    content,
    style,
    ...contenders.flatMap((network) => made[network]?.[i].image ?? []),
  ]);
  await writeGrid(join(out, 'networks.jpg'), rows, pairs[0].content.shape[1]);
}
