/**
 * A pool of images in the making. Each step of the training takes some of them, learns from them, and puts them back one
 * step of style transfer further on; those that are done make room for new pairs. So the student learns where optimizers
 * go, and the styles of later pairs include results of earlier ones.
 * @module
 */
import type { HostTensor, Named } from '../../../src/engine/engine.js';
import { WildstyleError } from '../../../src/errors.js';
import type { Pixels } from '../../../src/images/pixels.js';
import { keyOfSeed, uniform } from '../../../src/random.js';
import { levels, rowShape } from '../objective.js';
import { styleLayers } from '../student.js';
import { type Draw, randomCut, recolor } from './sources.js';

interface PoolItem {
  image: Float32Array;
  velocity: Float32Array;
  readonly content: Float32Array;
  readonly style: Float32Array;
  readonly contentWeight: number;
  readonly styleWeights: readonly number[];
  readonly stepLength: number;
  readonly follows: 0 | 1;
  startSquares: Float32Array;
  stepsLeft: number;
}

export interface PoolOptions {
  readonly photographs: readonly Pixels[];
  readonly styles: readonly Pixels[];
  readonly sizePx: number;
  readonly batch: number;
  /** Number of images in the making: at least three batches. */
  readonly size: number;
  readonly seed: number;
}

export class Pool {
  readonly #items: PoolItem[];
  readonly #draw: Draw;
  /** Results of finished optimizations. */
  readonly #results: Float32Array[] = [];
  readonly #taken: number[][] = [];
  #next = 0;

  /** @throws `option-invalid` if the pool is smaller than three batches or has nothing to draw from */
  constructor(private readonly options: PoolOptions) {
    const { photographs, styles, size, batch } = options;
    if (!Number.isSafeInteger(size) || size < 3 * batch) {
      throw new WildstyleError(
        'option-invalid',
        `A pool of ${size} images is less than three batches of ${batch}.`,
        {
          cure: `Use a pool of at least ${3 * batch} images.`,
        },
      );
    }
    if (photographs.length === 0 || styles.length === 0) {
      throw new WildstyleError(
        'option-invalid',
        `There are ${photographs.length} photographs and ${styles.length} styles.`,
        {
          cure: 'Give folders with at least 20 photographs and one style.',
        },
      );
    }
    let index = 0;
    this.#draw = () => uniform(keyOfSeed(options.seed), 0, index++);
    this.#items = Array.from({ length: options.size }, () => this.#fresh());
    // Otherwise all of them would finish at the same time.
    for (const item of this.#items) item.stepsLeft = 1 + Math.floor(this.#draw() * item.stepsLeft);
  }

  /** The images of the next step. Two batches can be under way at the same time. */
  take(): Named<HostTensor> {
    const { batch, sizePx, size } = this.options;
    const chosen = Array.from({ length: batch }, (_, i) => (this.#next + i) % size);
    this.#next = (this.#next + batch) % size;
    this.#taken.push(chosen);
    const items = chosen.map((index) => this.#items[index]);
    const rows = (name: 'image' | 'velocity' | 'content' | 'style'): HostTensor => {
      const shape = rowShape(batch, sizePx);
      const data = new Float32Array(batch * shape[1]);
      for (const [i, item] of items.entries()) data.set(item[name], i * shape[1]);
      return { data, shape };
    };
    const numbers = (values: readonly number[], shape: number[]): HostTensor => ({
      data: Float32Array.from(values),
      shape,
    });
    return {
      image: rows('image'),
      velocity: rows('velocity'),
      content: rows('content'),
      style: rows('style'),
      contentWeight: numbers(
        items.map((item) => item.contentWeight),
        [batch],
      ),
      styleWeights: numbers(
        items.flatMap((item) => item.styleWeights),
        [batch, styleLayers.length],
      ),
      startSquares: numbers(
        items.flatMap((item) => [...item.startSquares]),
        [batch, levels],
      ),
      stepLength: numbers(
        items.map((item) => item.stepLength),
        [batch],
      ),
      follows: numbers(
        items.map((item) => item.follows),
        [batch, 1],
      ),
    };
  }

  /** Puts back the images of the oldest batch that was taken. */
  putBack({ image, velocity, startSquares }: Named<HostTensor>): void {
    const chosen = this.#taken.shift() ?? [];
    const length = image.shape[1];
    for (const [i, index] of chosen.entries()) {
      const item = this.#items[index];
      item.image = image.data.slice(i * length, (i + 1) * length);
      item.velocity = velocity.data.slice(i * length, (i + 1) * length);
      item.startSquares = startSquares.data.slice(i * levels, (i + 1) * levels);
      item.stepsLeft--;
      if (item.stepsLeft > 0) continue;
      this.#results[Math.floor(this.#draw() * 256)] = item.image;
      this.#items[index] = this.#fresh();
    }
  }

  #fresh(): PoolItem {
    const draw = this.#draw;
    const content = this.#photograph(0.3);
    const style = this.#style();
    const strength = 10 ** (2.3 * draw() - 0.3);
    const isPure = draw() < 0.1;
    return {
      content,
      style,
      image: this.#start(content, style),
      velocity: new Float32Array(content.length),
      contentWeight: 1,
      styleWeights: this.#shares().map((share) => (isPure ? 0 : strength * share)),
      stepLength: 0.006 * 10 ** (0.7 * draw()),
      startSquares: new Float32Array(levels),
      follows: draw() < 0.5 ? 1 : 0,
      stepsLeft: 10 + Math.floor(draw() * 90),
    };
  }

  /** Shares of the style layers: half of the time those of the default recipe, else random ones. */
  #shares(): number[] {
    const equal = this.#draw() < 0.5;
    const raw = styleLayers.map((layer) => {
      const share = equal ? 1 : -Math.log(1 - this.#draw());
      return layer !== 'relu5_1' ? share : equal ? 0 : 0.04 * share;
    });
    const sum = raw.reduce((a, b) => a + b);
    return raw.map((share) => share / sum);
  }

  #photograph(strength: number): Float32Array {
    const { photographs, sizePx } = this.options;
    const cut = randomCut(this.#pick(photographs), sizePx, this.#draw);
    return this.#draw() < 0.5 ? recolor(cut, strength, this.#draw) : cut;
  }

  #style(): Float32Array {
    const { styles, sizePx } = this.options;
    const kind = this.#draw();
    const results = Object.values(this.#results);
    if (kind < 0.2) return this.#photograph(0.6);
    if (kind < 0.35 && results.length > 0) return recolor(this.#pick(results).slice(), 0.5, this.#draw);
    const cut = randomCut(this.#pick(styles), sizePx, this.#draw);
    return this.#draw() < 0.6 ? recolor(cut, 0.8, this.#draw) : cut;
  }

  /** Most start from the content, as recipes do; some from the content with noise, or noise alone. */
  #start(content: Float32Array, style: Float32Array): Float32Array {
    const kind = this.#draw();
    if (kind < 0.75) return content.slice();
    if (kind < 0.8) return style.slice();
    const [share, deviation] = kind < 0.95 ? [1, 0.25 * this.#draw()] : [0, 0.3];
    return content.map((value) => {
      const noise = deviation * (this.#draw() + this.#draw() + this.#draw() + this.#draw() - 2) * 1.7;
      return Math.min(1, Math.max(0, share * value + (1 - share) * 0.5 + noise));
    });
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#draw() * list.length)];
  }
}
