/** The values of one drawn parameter over the stylized images. @module */
import type { ParameterValue } from '../rows.js';

/** A column of values. Takes no room per image as long as all images have the same value: most parameters are like that. */
export class DrawnColumn {
  /** Whether two images have different values. */
  varies = false;
  readonly #first: ParameterValue;
  readonly #start: number;
  #end: number;
  /** From the first image on that differs from the one before it, or comes after one without a value. */
  #values: (ParameterValue | undefined)[] | undefined;

  /** @param index of the first image that has the parameter */
  constructor(index: number, value: ParameterValue) {
    this.#first = value;
    this.#start = index;
    this.#end = index + 1;
  }

  /** @param index above those before */
  set(index: number, value: ParameterValue): void {
    this.varies ||= value !== this.#first;
    if (!this.#values && (this.varies || index !== this.#end)) this.#values = this.#run();
    if (this.#values) this.#values[index] = value;
    this.#end = index + 1;
  }

  /** Values by index of the image; undefined or absent where an image does not have the parameter. */
  values(): readonly (ParameterValue | undefined)[] {
    return this.#values ?? this.#run();
  }

  #run(): (ParameterValue | undefined)[] {
    const values: (ParameterValue | undefined)[] = [];
    for (let index = this.#start; index < this.#end; index++) values[index] = this.#first;
    return values;
  }
}
