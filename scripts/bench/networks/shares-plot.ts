/** Draws the share of every pair. @module */
import sharp from 'sharp';
import { type Contender, contenders, type PerNetwork } from './contenders.js';

const size = { width: 640, height: 340, left: 52, top: 34, bottom: 44, right: 116 };
const colors: PerNetwork<string> = { vgg19: '#555', compact: '#c30', random: '#38b' };

/** Writes a PNG: the pairs in order of `compact`'s share, one dot for each network, a line at each mean. */
export async function writeShares(file: string, shares: PerNetwork<readonly number[]>): Promise<void> {
  const lowest = Math.min(0, ...contenders.flatMap((network) => shares[network]));
  const highest = Math.max(1, ...contenders.flatMap((network) => shares[network]));
  const order = shares.compact.map((_, i) => i).sort((a, b) => shares.compact[a] - shares.compact[b]);
  const [right, bottom] = [size.width - size.right, size.height - size.bottom];
  const xOf = (rank: number) => size.left + ((rank + 0.5) / order.length) * (right - size.left);
  const yOf = (share: number) => bottom - ((share - lowest) / (highest - lowest)) * (bottom - size.top);
  const text = (x: number, y: number, anchor: string, words: string, fill = 'black') =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}">${words}</text>`;
  const drawn = (network: Contender): string[] => {
    const mean = shares[network].reduce((a, b) => a + b) / shares[network].length;
    const y = yOf(mean).toFixed(1);
    return [
      `<path d="M${size.left} ${y}H${right}" stroke="${colors[network]}" stroke-dasharray="4 3"/>`,
      text(right + 6, Number(y) + 4, 'start', `${network} ${mean.toFixed(2)}`, colors[network]),
      ...order.map(
        (pair, rank) =>
          `<circle cx="${xOf(rank).toFixed(1)}" cy="${yOf(shares[network][pair]).toFixed(1)}" r="3.5" fill="${colors[network]}"/>`,
      ),
    ];
  };
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="white"/>',
    text(size.left, 20, 'start', 'share of the gain of vgg19'),
    `<path d="M${size.left} ${size.top}V${bottom}H${right}" fill="none" stroke="black"/>`,
    ...[0, 0.5, 1].map((share) => text(size.left - 6, yOf(share) + 4, 'end', `${share}`)),
    text((size.left + right) / 2, size.height - 12, 'middle', 'pairs, in order of the share of compact'),
    ...contenders.flatMap(drawn),
    '</svg>',
  ].join('');
  await sharp(Buffer.from(svg), { density: 144 }).png().toFile(file);
}
