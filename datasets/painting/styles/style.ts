/** What every painter of a demo style gives. @module */
import type { Canvas } from '../painting/canvas.js';

/** A style image that can be painted again, pixel for pixel. */
export interface StylePainting {
  /** The file's name without its ending. */
  readonly name: string;
  /** What it shows, for the table of images. */
  readonly title: string;
  paint(): Canvas;
}
