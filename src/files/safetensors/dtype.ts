/** The element types of safetensors files. @module */

export type Dtype = keyof typeof bytesPerElement;
export const bytesPerElement = { F32: 4, F16: 2, BF16: 2 };

/** The value of each of the 65,536 IEEE 754 half-precision bit patterns. */
export function float16Values(): Float32Array<ArrayBuffer> {
  const values = new Float32Array(0x10000);
  for (let half = 0; half < values.length; half++) {
    const exponent = (half >> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    const sign = half & 0x8000 ? -1 : 1;
    if (exponent === 0x1f) values[half] = mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else if (exponent === 0) values[half] = sign * mantissa * 2 ** -24;
    else values[half] = sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
  }
  return values;
}

/** The bit patterns of the nearest half-precision numbers; ties go to even. Too large numbers become infinite. */
export function asFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(new Float32Array(values).buffer);
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) halves[i] = roundedToHalf(bits[i]);
  return halves;
}

function roundedToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127;
  const mantissa = bits & 0x7fffff;
  if (exponent === 128) return sign | 0x7c00 | (mantissa ? 0x200 : 0);
  if (exponent > 15) return sign | 0x7c00;
  if (exponent < -25) return sign;
  // A normal number keeps 10 of the 23 bits; a subnormal one has fewer, and its leading one is written out.
  const dropped = exponent < -14 ? -1 - exponent : 13;
  const whole = exponent < -14 ? mantissa | 0x800000 : mantissa + ((exponent + 15) << 23);
  const half = 2 ** (dropped - 1);
  const kept = Math.floor(whole / 2 ** dropped);
  const rest = whole - kept * 2 ** dropped;
  const up = rest > half || (rest === half && kept % 2 === 1);
  // A carry runs into the exponent, as it should.
  return sign | (kept + (up ? 1 : 0));
}
