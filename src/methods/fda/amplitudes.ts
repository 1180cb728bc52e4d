/** Exchange of low-frequency amplitudes between two images. @module */
import type { HostTensor } from '../../engine/engine.js';

/** Complex numbers: real and imaginary parts. */
interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Gives the low frequencies of an image the amplitudes of another; phases and high frequencies stay (Yang & Soatto 2020,
 * equation 1). Frequencies from `-b` to `b` are exchanged in both directions, where `b` is `beta` times the short edge,
 * rounded down. Only these are computed, so no fast Fourier transform is needed, and any size is possible.
 * @param content `[1, height, width, 3]`, RGB in [0, 1]
 * @param style of the same shape
 * @param beta from 0 to 0.25; 0 exchanges the mean of each channel
 * @returns likewise; may leave [0, 1]
 */
export function exchangeAmplitudes(content: HostTensor, style: HostTensor, beta: number): HostTensor {
  const [, height, width] = content.shape;
  const b = Math.floor(Math.min(height, width) * beta);
  const [rows, columns] = [waves(height, b), waves(width, b)];
  const data = Float32Array.from(content.data);
  for (const channel of [0, 1, 2]) {
    const own = spectrum(content, channel, rows, columns);
    const other = spectrum(style, channel, rows, columns);
    const change = difference(own, other);
    addInverse(data, channel, change, rows, columns);
  }
  return { data, shape: content.shape };
}

/** Frequencies from 0 to b suffice across, because the spectrum of a real image is symmetric. */
interface Waves {
  readonly length: number;
  readonly b: number;
  /** `cos[k * length + x]` of the frequency k from 0 to b. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

function waves(length: number, b: number): Waves {
  const [cos, sin] = [new Float64Array((b + 1) * length), new Float64Array((b + 1) * length)];
  for (let k = 0; k <= b; k++) {
    for (let x = 0; x < length; x++) {
      const angle = (2 * Math.PI * ((k * x) % length)) / length;
      cos[k * length + x] = Math.cos(angle);
      sin[k * length + x] = Math.sin(angle);
    }
  }
  return { length, b, cos, sin };
}

/** The discrete Fourier transform at rows -b to b and columns 0 to b: `[(v + b) * (b + 1) + u]`. */
function spectrum({ data }: HostTensor, channel: number, rows: Waves, columns: Waves): Complex {
  const { length: height, b } = rows;
  const { length: width } = columns;
  const [re, im] = [new Float64Array((2 * b + 1) * (b + 1)), new Float64Array((2 * b + 1) * (b + 1))];
  for (let y = 0; y < height; y++) {
    for (let u = 0; u <= b; u++) {
      let [real, imaginary] = [0, 0];
      for (let x = 0; x < width; x++) {
        const value = data[(y * width + x) * 3 + channel];
        real += value * columns.cos[u * width + x];
        imaginary -= value * columns.sin[u * width + x];
      }
      for (let v = -b; v <= b; v++) {
        const at = Math.abs(v) * height + y;
        const [c, s] = [rows.cos[at], Math.sign(v) * rows.sin[at]];
        const to = (v + b) * (b + 1) + u;
        re[to] += real * c + imaginary * s;
        im[to] += imaginary * c - real * s;
      }
    }
  }
  return { re, im };
}

/** What has to be added so that the first spectrum gets the amplitudes of the second. */
function difference(own: Complex, other: Complex): Complex {
  const amplitude = Math.hypot;
  const factors = own.re.map((re, i) => {
    const size = amplitude(re, own.im[i]);
    return size > 0 ? amplitude(other.re[i], other.im[i]) / size - 1 : 0;
  });
  return { re: own.re.map((re, i) => re * factors[i]), im: own.im.map((im, i) => im * factors[i]) };
}

/** Adds the inverse transform of a change of the spectrum to one channel. */
function addInverse(data: Float32Array, channel: number, change: Complex, rows: Waves, columns: Waves): void {
  const { length: height, b } = rows;
  const { length: width } = columns;
  const total = height * width;
  for (let y = 0; y < height; y++) {
    for (let u = 0; u <= b; u++) {
      let [re, im] = [0, 0];
      for (let v = -b; v <= b; v++) {
        const at = Math.abs(v) * height + y;
        const [c, s] = [rows.cos[at], Math.sign(v) * rows.sin[at]];
        const from = (v + b) * (b + 1) + u;
        re += change.re[from] * c - change.im[from] * s;
        im += change.re[from] * s + change.im[from] * c;
      }
      // Columns u and -u are conjugates: twice the real part.
      const weight = (u === 0 ? 1 : 2) / total;
      for (let x = 0; x < width; x++) {
        const wave = re * columns.cos[u * width + x] - im * columns.sin[u * width + x];
        data[(y * width + x) * 3 + channel] += weight * wave;
      }
    }
  }
}
