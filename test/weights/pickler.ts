/** Writes pickles, instruction by instruction. @module */

export interface PickledTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly key: string;
  readonly size: number;
}

export class Pickler {
  readonly #parts: Buffer[] = [Buffer.from([0x80, 2])];

  raw(...bytes: (number | string)[]): this {
    this.#parts.push(...bytes.map((part) => Buffer.from(typeof part === 'string' ? part : [part])));
    return this;
  }

  text(text: string): this {
    const bytes = Buffer.from(text);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length);
    this.#parts.push(Buffer.from('X'), size, bytes);
    return this;
  }

  integer(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    this.#parts.push(Buffer.from('J'), bytes);
    return this;
  }

  /** A positive integer that may have more than 64 bits. */
  long(value: bigint): this {
    const digits = value.toString(16);
    const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex').reverse();
    return this.raw(0x8a, bytes.length + 1).raw(...bytes, 0);
  }

  integers(values: readonly number[]): this {
    this.raw('(');
    for (const value of values) this.integer(value);
    return this.raw('t');
  }

  list(texts: readonly string[]): this {
    this.raw(']', '(');
    for (const text of texts) this.text(text);
    return this.raw('e');
  }

  emptyDictionary(): this {
    return this.raw('}');
  }

  global(module: string, name: string): this {
    return this.raw(`c${module}\n${name}\n`);
  }

  /** An ordered dictionary of tensors with its attributes, as `torch.save` writes it. */
  stateDict(tensors: readonly PickledTensor[], isLegacy = false): this {
    this.global('collections', 'OrderedDict').raw(')', 'R', 'q', 0, '(');
    for (const tensor of tensors) this.text(tensor.name).tensor(tensor, isLegacy);
    return this.raw('u').raw('}').text('_metadata').raw('}', 's', 'b');
  }

  tensor({ shape, key, size }: PickledTensor, isLegacy = false, begin = 0): this {
    this.global('torch._utils', '_rebuild_tensor_v2').raw('(');
    this.raw('(').text('storage').global('torch', 'FloatStorage').text(key).text('cpu').integer(size);
    if (isLegacy) this.raw('N');
    this.raw('t', 'Q').integer(begin).integers(shape);
    this.integers(shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)));
    return this.raw(0x89).global('collections', 'OrderedDict').raw(')', 'R', 't', 'R');
  }

  stop(): Buffer {
    return Buffer.concat([...this.#parts, Buffer.from('.')]);
  }
}
