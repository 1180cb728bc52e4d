/** All demo styles. To add one, create a file next to this one and add a line here. @module */
import { mosaicSun } from './mosaic-sun.js';
import { pointillistLake } from './pointillist-lake.js';
import { stainedGlass } from './stained-glass.js';
import type { StylePainting } from './style.js';
import { swirlingNight } from './swirling-night.js';
import { watercolorPoppies } from './watercolor-poppies.js';
import { woodcutWaves } from './woodcut-waves.js';

export const stylePaintings: readonly StylePainting[] = [
  mosaicSun,
  pointillistLake,
  stainedGlass,
  swirlingNight,
  watercolorPoppies,
  woodcutWaves,
];
