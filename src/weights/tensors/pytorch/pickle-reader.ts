/** Reads the arguments of pickle instructions. @module */
import { WildstyleError } from '../../../errors.js';

export class PickleReader {
  offset = 0;
  readonly #view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  unsigned(lengthBytes: 2 | 4): number {
    const at = this.#advance(lengthBytes);
    return lengthBytes === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
  }

  signed(lengthBytes: 4): number {
    return this.#view.getInt32(this.#advance(lengthBytes), true);
  }

  /** A big-endian double. */
  double(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A two's complement integer of any length; a bigint only where a number is not exact. */
  integer(lengthBytes: number): number | bigint {
    const at = this.#advance(lengthBytes);
    let value = 0n;
    for (let i = lengthBytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i]);
    const exact = BigInt.asIntN(8 * lengthBytes, value);
    const number = Number(exact);
    return Number.isSafeInteger(number) ? number : exact;
  }

  text(lengthBytes: number): string {
    const at = this.#advance(lengthBytes);
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + at, lengthBytes).toString('utf8');
  }

  /** A text that ends with a line feed. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.offset);
    if (end < 0) throw new PickleEndsEarly();
    const text = this.text(end - this.offset);
    this.skip(1);
    return text;
  }

  skip(lengthBytes: number): void {
    this.#advance(lengthBytes);
  }

  #advance(lengthBytes: number): number {
    const at = this.offset;
    if (lengthBytes < 0 || at + lengthBytes > this.bytes.length) throw new PickleEndsEarly();
    this.offset += lengthBytes;
    return at;
  }
}

/** More of the pickle may follow where these bytes end. */
export class PickleEndsEarly extends WildstyleError {
  constructor() {
    super('weights-invalid', 'The PyTorch file cannot be used: its pickle ends early.', {
      cure: 'Download it again and check its SHA-256.',
    });
  }
}
