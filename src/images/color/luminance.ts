/** The luminance of an image: Y of YIQ, and of JPEG's YCbCr. @module */
import type { HostTensor } from '../../engine/engine.js';

const shares = [0.299, 0.587, 0.114];

const luminanceAt = (data: Float32Array, i: number): number =>
  shares[0] * data[i] + shares[1] * data[i + 1] + shares[2] * data[i + 2];

const clamped = (value: number): number => Math.min(1, Math.max(0, value));

/** The image in gray. @param image `[1, height, width, 3]` @returns likewise, with three equal channels */
export function grayOf({ data, shape }: HostTensor): HostTensor {
  return { data: data.map((_, i) => luminanceAt(data, i - (i % 3))), shape };
}

/**
 * The gray image with mean and deviation of another gray image (Gatys et al. 2016, "Preserving color in neural artistic style
 * transfer", eq. 10).
 */
export function matchLuminance(gray: HostTensor, like: HostTensor): HostTensor {
  const [own, other] = [momentsOf(gray.data), momentsOf(like.data)];
  const factor = own.deviation > 0 ? other.deviation / own.deviation : 1;
  return {
    data: gray.data.map((value) => clamped(other.mean + factor * (value - own.mean))),
    shape: gray.shape,
  };
}

function momentsOf(data: Float32Array): { readonly mean: number; readonly deviation: number } {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/**
 * The luminance of one image with the chroma of another. In YIQ, a change of luminance is the same for all channels.
 * @param chroma `[1, height, width, 3]`, RGB in [0, 1]
 * @param luminance likewise, of the same shape
 */
export function withLuminance(chroma: HostTensor, luminance: HostTensor): HostTensor {
  const data = chroma.data.map((value, i) => {
    const pixel = i - (i % 3);
    return clamped(value + luminanceAt(luminance.data, pixel) - luminanceAt(chroma.data, pixel));
  });
  return { data, shape: chroma.shape };
}
