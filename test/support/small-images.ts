/** Small generated pictures, all different: the input of jobs in tests. @module */
import sharp, { type Sharp } from 'sharp';

/** The motif of a picture. */
export type Motif = 'gradient' | 'noise' | 'rings' | 'stripes';

/**
 * Draws a picture of a motif.
 * @param variant 0, 1, 2 ...: changes colors and sizes
 */
export function smallImage(motif: Motif, variant: number, widthPx = 48, heightPx = 48): Sharp {
  const bytes = Buffer.alloc(widthPx * heightPx * 3);
  const draw = motifs[motif];
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const [r, g, b] = draw(x / widthPx, y / heightPx, variant, y * widthPx + x);
      bytes.set([level(r), level(g), level(b)], (y * widthPx + x) * 3);
    }
  }
  return sharp(bytes, { raw: { width: widthPx, height: heightPx, channels: 3 } });
}

/** A picture of soft spots: like a photograph, it has most of its contrast in large shapes. */
export async function blurryImage(variant: number, widthPx: number, heightPx: number): Promise<Sharp> {
  const spots = await smallImage('noise', variant, 6, 5).png().toBuffer();
  return sharp(await sharp(spots).resize(widthPx, heightPx, { fit: 'fill' }).png().toBuffer());
}

type Draw = (x: number, y: number, variant: number, index: number) => readonly [number, number, number];

const motifs: Readonly<Record<Motif, Draw>> = {
  gradient: (x, y, v) => [x, y, (v * 0.3) % 1],
  noise: (_x, _y, v, index) => [hash(index * 3 + v), hash(index * 3 + 1 + v), hash(index * 3 + 2 + v)],
  rings: (x, y, v) => {
    const wave = Math.sin(Math.hypot(x - 0.5, y - 0.4) * (20 + 7 * v)) / 2 + 0.5;
    return [wave, 1 - wave, (x + v * 0.17) % 1];
  },
  stripes: (x, y, v) => {
    const wave = Math.sin((x * (2 + v) + y * 3) * 9) / 2 + 0.5;
    return [wave, wave * wave, 1 - y * wave];
  },
};

/** Returns a pseudorandom number in [0, 1) that depends only on the index. */
function hash(index: number): number {
  const mixed = Math.imul(Math.imul(index + 1, 0x9e3779b1) ^ (index >>> 3), 0x85ebca6b) >>> 0;
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}

function level(value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}
