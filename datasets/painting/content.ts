/** The demo photographs and the print: crops of public-domain and CC0 pictures from four packages. @module */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type JpegOptions } from 'sharp';

/** A crop of a picture. The box is in pixels of the original. */
interface Crop {
  /** Path below the folder of demo images, without its ending. */
  readonly file: string;
  /** Path in the package. */
  readonly picture: string;
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

type Box = readonly [leftPx: number, topPx: number, widthPx: number, heightPx: number];

const photographEdgePx = 384;
const printEdgePx = 480;

function crop(file: string, picture: string, [leftPx, topPx, widthPx, heightPx]: Box): Crop {
  return { file, picture, leftPx, topPx, widthPx, heightPx };
}

const budgie = (name: string) => `usr/share/backgrounds/budgie/${name}.jpg`;
const lomiri = (name: string) => `usr/share/backgrounds/${name}.jpg`;
const palapeli = (name: string) => `usr/share/palapeli/collection/${name}.jpg`;
const skimage = (name: string) => `skimage/data/${name}.png`;

const photographs: readonly Crop[] = [
  crop('content/animal/canyon-wren', budgie('canyon-wren'), [1000, 250, 1300, 1000]),
  crop('content/animal/cat', skimage('chelsea'), [0, 0, 451, 300]),
  crop('content/animal/osprey', budgie('perched-osprey'), [1060, 260, 1320, 1700]),
  crop('content/animal/otter', budgie('oakland-zoo-otters'), [1080, 420, 1640, 1360]),
  crop('content/city/bridge', palapeli('cincinnati-bridge'), [0, 0, 1302, 953]),
  crop('content/city/colosseum', budgie('roman-colosseum'), [0, 0, 2700, 2160]),
  crop('content/city/skyline', budgie('singaporean-cityscape'), [520, 330, 2700, 1830]),
  crop('content/city/street', budgie('beacon-street-sunset'), [1240, 200, 2600, 1960]),
  crop('content/flower/aster', palapeli('european-honey-bee'), [300, 230, 1320, 1050]),
  crop('content/flower/dandelion', lomiri('seeding_by_Clements_Engelhardt'), [1100, 100, 2700, 2700]),
  crop('content/flower/forget-me-not', budgie('blue-periwinkle'), [1400, 900, 1700, 1500]),
  crop('content/flower/forget-me-nots', budgie('blue-periwinkle'), [200, 0, 3640, 2560]),
  crop('content/landscape/dune', budgie('extreme-desert-hike'), [900, 900, 2500, 1660]),
  crop('content/landscape/lake', budgie('lake-sherburne'), [300, 300, 2500, 1860]),
  crop('content/landscape/peaks', budgie('lake-sherburne'), [2240, 700, 1600, 1200]),
  crop('content/landscape/tea-gardens', budgie('tea-gardens'), [0, 300, 3200, 2260]),
];

const print = crop('style/ocean-waves', budgie('ocean-waves'), [900, 0, 2700, 2160]);

/**
 * Crops the pictures and writes them to `<demoRoot>/content/<class>/<name>.jpg`, with a long edge of 384 px, and to
 * `<demoRoot>/style/ocean-waves.jpg`, with one of 480 px. Calls `onWritten` with each path. Throws `sharp`'s errors
 * for files that are missing or not images.
 * @param packages the folder that the packages are unpacked to, all to the same
 */
export async function cropPictures(
  packages: string,
  demoRoot: string,
  onWritten: (file: string) => void,
): Promise<void> {
  for (const photograph of photographs)
    onWritten(await writeCrop(photograph, packages, demoRoot, photographEdgePx, { quality: 88 }));
  onWritten(
    await writeCrop(print, packages, demoRoot, printEdgePx, { quality: 90, chromaSubsampling: '4:4:4' }),
  );
}

async function writeCrop(
  { file, picture, leftPx, topPx, widthPx, heightPx }: Crop,
  packages: string,
  demoRoot: string,
  longEdgePx: number,
  jpeg: JpegOptions,
): Promise<string> {
  const target = path.join(demoRoot, `${file}.jpg`);
  await mkdir(path.dirname(target), { recursive: true });
  await sharp(path.join(packages, picture))
    .extract({ left: leftPx, top: topPx, width: widthPx, height: heightPx })
    .resize({ width: longEdgePx, height: longEdgePx, fit: 'inside', kernel: 'lanczos3' })
    .jpeg(jpeg)
    .toFile(target);
  return target;
}
