/** A classifier of the user's own, an ONNX file: checked before it is trusted, and run on the processor. @module */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { HostTensor } from '../engine/engine.js';
import { asWildstyleError, WildstyleError } from '../errors.js';
import { sha256 } from '../files/digest.js';
import { resizeTensor } from '../images/resize.js';

/** A model and how to use it; plain data. */
export interface ClassifierFile {
  readonly model: string;
  /** Digest of the file. */
  readonly sha256: string;
  /** The class of each output. */
  readonly labels: readonly string[];
  readonly size: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly layout: 'nchw' | 'nhwc';
  readonly output: 'logits' | 'probabilities';
}

/** How far the sum of probabilities may be from 1. */
const tolerance = 1e-2;
/** Length of what is shown of a message of ONNX Runtime. */
const shownLength = 300;

/** An error in what the user says of a model. */
export function classifierInvalid(message: string, cause?: unknown): WildstyleError {
  return new WildstyleError('classifier-invalid', message, {
    cure: 'gate.classifier takes an ONNX classifier: one image, float32, in; one value for each of its labels out. See docs/gate.md.',
    ...(cause !== undefined && { cause }),
  });
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0].slice(0, shownLength);

/** A model that is loaded. */
export class Classifier {
  private constructor(
    private readonly file: ClassifierFile,
    private readonly session: InferenceSession,
  ) {}

  /**
   * Loads a model and tries it on a gray image.
   * @param bytes of the file
   * @throws `classifier-invalid` if it has changed, is no model, takes anything but one image of the given size and layout, or
   *   does not give one finite value for each label
   */
  static async open(file: ClassifierFile, bytes: Uint8Array, threads = 1): Promise<Classifier> {
    const { model, labels, output } = file;
    if (sha256(bytes) !== file.sha256) throw classifierInvalid(`${model} has changed since the run started.`);
    let session: InferenceSession;
    try {
      session = await InferenceSession.create(bytes, {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 4,
      });
    } catch (error) {
      throw classifierInvalid(`${model} is not an ONNX model that can be loaded: ${reasonOf(error)}`, error);
    }
    const classifier = new Classifier(file, session);
    try {
      const inputs = session.inputNames.length;
      if (inputs !== 1) throw classifierInvalid(`${model} has ${inputs} inputs, not one.`);
      const values = await classifier.#outputs(grayOf(file.size)).catch((error: unknown) => {
        if (error instanceof WildstyleError) throw error;
        const { size, layout } = file;
        throw classifierInvalid(
          `${model} does not take an image of ${size} x ${size} pixels in ${layout}: ${reasonOf(error)}`,
          error,
        );
      });
      if (values.length !== labels.length) {
        throw classifierInvalid(
          `${model} gives ${values.length} values for an image, but gate.classifier.labels has ${labels.length}.`,
        );
      }
      if (!values.every(Number.isFinite))
        throw classifierInvalid(`${model} gives values that are not finite numbers for a gray image.`);
      const looksProbable = areProbabilities(values);
      if (output === 'probabilities' && !looksProbable)
        throw classifierInvalid(`${model} does not give probabilities: set gate.classifier.output: logits.`);
      if (output === 'logits' && looksProbable)
        throw classifierInvalid(`${model} gives probabilities: set gate.classifier.output: probabilities.`);
      return classifier;
    } catch (error) {
      await classifier.dispose();
      throw error;
    }
  }

  /**
   * The probability of each class, by name.
   * @param image `[1, height, width, 3]`, RGB in [0, 1]; stretched to the square that the model takes
   * @throws `engine-failed` if the model fails, or its values are not finite numbers
   */
  async read(image: HostTensor): Promise<Record<string, number>> {
    const { labels, output, size } = this.file;
    try {
      const values = await this.#outputs(resizeTensor(image, [1, size, size, 3]));
      if (!values.every(Number.isFinite))
        throw new Error('The classifier gives values that are not finite numbers.');
      const shares = output === 'probabilities' ? values : softmaxOf(values);
      const found: Record<string, number> = Object.fromEntries(labels.map((name) => [name, 0]));
      for (const [i, name] of labels.entries()) found[name] = Math.min(1, found[name] + shares[i]);
      return found;
    } catch (error) {
      throw asWildstyleError(error, 'engine-failed');
    }
  }

  async dispose(): Promise<void> {
    // There is nothing to do about a session that fails to release.
    await this.session.release().catch(() => {});
  }

  /** The values of the first output, for one image of the right size. */
  async #outputs(image: HostTensor): Promise<number[]> {
    const { inputNames, outputNames } = this.session;
    const results = await this.session.run({ [inputNames[0]]: inputOf(image, this.file) });
    const { type, data, dims } = results[outputNames[0]];
    if (type !== 'float32' || !(data instanceof Float32Array)) {
      throw classifierInvalid(`${this.file.model} gives ${type}, not float32.`);
    }
    if (dims[0] !== 1)
      throw classifierInvalid(`${this.file.model} gives the shape [${dims}] for one image, not [1, labels].`);
    return Array.from(data);
  }
}

function inputOf({ data }: HostTensor, { size, mean, std, layout }: ClassifierFile): Tensor {
  const pixels = size * size;
  const values = new Float32Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) {
      const at = layout === 'nchw' ? c * pixels + i : 3 * i + c;
      values[at] = (data[3 * i + c] - mean[c]) / std[c];
    }
  }
  return new Tensor('float32', values, layout === 'nchw' ? [1, 3, size, size] : [1, size, size, 3]);
}

const grayOf = (size: number): HostTensor => ({
  data: new Float32Array(3 * size * size).fill(0.5),
  shape: [1, size, size, 3],
});

const areProbabilities = (values: readonly number[]): boolean =>
  values.every((value) => value >= 0 && value <= 1 + tolerance) &&
  Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) <= tolerance;

function softmaxOf(values: readonly number[]): number[] {
  const largest = values.reduce((a, b) => Math.max(a, b));
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / sum);
}
