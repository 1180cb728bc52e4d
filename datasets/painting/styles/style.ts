/** The interface of a demo style. @module */
import type { Canvas } from '../painting/canvas.js';

/** A style image that can be reproduced pixel by pixel. */
export interface StylePainting {
  /** The file name without its extension. */
  readonly name: string;
  /** What it shows, for the table of images. */
  readonly title: string;
  paint(): Canvas;
}
