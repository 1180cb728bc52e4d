/**
 * A restricted interpreter of Python's pickle format, protocols 2 to 5. It builds containers, numbers and texts, and knows
 * the few functions that a file of tensors calls. It never imports or calls anything else.
 * @module
 */
import { WildstyleError } from '../../../errors.js';
import { PickleReader } from './pickle-reader.js';

/** A function or class that a pickle names, `module.name`. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** A value in a pickle. Dictionaries become maps, tuples and lists arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleGlobal
  | object
  | PickleValue[]
  | Map<PickleValue, PickleValue>;

/** What the file of tensors adds to the containers and numbers of a pickle. */
export interface PickleRules {
  /** Whether a pickle may name this. */
  readonly allows: (name: string) => boolean;
  /** Computes the result of a call. */
  readonly call: (name: string, args: readonly PickleValue[]) => PickleValue;
  /** Resolves a persistent id, by which PyTorch refers to a storage. */
  readonly persistent: (id: PickleValue) => PickleValue;
}

export interface Unpickled {
  readonly value: PickleValue;
  /** The number of bytes read. */
  readonly lengthBytes: number;
}

const mark = Symbol('mark');
type Slot = PickleValue | typeof mark;

/**
 * Interprets the pickle at the beginning of the bytes.
 * @throws `weights-invalid` if the pickle is damaged, uses an instruction that a file of tensors does not need, or names
 *   something that the rules do not allow
 */
export function unpickle(bytes: Uint8Array, rules: PickleRules): Unpickled {
  const machine = new Machine(new PickleReader(bytes), rules);
  const value = machine.run();
  return { value, lengthBytes: machine.input.offset };
}

class Machine {
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(
    readonly input: PickleReader,
    private readonly rules: PickleRules,
  ) {}

  run(): PickleValue {
    for (;;) {
      const code = this.input.byte();
      const instruction = String.fromCharCode(code);
      if (instruction === '.') return this.#pop();
      if (!this.#literal(instruction) && !this.#container(instruction) && !this.#reference(instruction)) {
        const hex = code.toString(16).padStart(2, '0');
        throw damaged(`its pickle has the instruction 0x${hex}, which no file of tensors needs`);
      }
    }
  }

  /** Numbers, texts and constants. */
  #literal(instruction: string): boolean {
    const { input } = this;
    const value = ((): PickleValue | undefined => {
      if (instruction === 'N') return null;
      if (instruction === '\x88') return true;
      if (instruction === '\x89') return false;
      if (instruction === 'K') return input.byte();
      if (instruction === 'M') return input.unsigned(2);
      if (instruction === 'J') return input.signed(4);
      if (instruction === '\x8a') return input.integer(input.byte());
      if (instruction === 'G') return input.double();
      if (instruction === 'X') return input.text(input.unsigned(4));
      if (instruction === '\x8c' || instruction === 'U') return input.text(input.byte());
      if (instruction === 'T') return input.text(input.signed(4));
      return undefined;
    })();
    if (value === undefined) return false;
    this.#stack.push(value);
    return true;
  }

  #container(instruction: string): boolean {
    const stack = this.#stack;
    if (instruction === '(') stack.push(mark);
    else if (instruction === '}') stack.push(new Map());
    else if (instruction === ']' || instruction === ')') stack.push([]);
    else if (instruction === 't') stack.push(this.#popToMark());
    else if ('\x85\x86\x87'.includes(instruction)) {
      const size = instruction.charCodeAt(0) - 0x84;
      stack.push(Array.from({ length: size }, () => this.#pop()).reverse());
    } else if (instruction === 'a' || instruction === 'e') {
      const values = instruction === 'a' ? [this.#pop()] : this.#popToMark();
      const list = stack.at(-1);
      if (!Array.isArray(list)) throw damaged('its pickle appends to something other than a list');
      for (const value of values) list.push(value);
    } else if (instruction === 's' || instruction === 'u') {
      const pairs = instruction === 's' ? [this.#pop(), this.#pop()].reverse() : this.#popToMark();
      const map = stack.at(-1);
      if (!(map instanceof Map) || pairs.length % 2 === 1)
        throw damaged('its pickle puts entries into something other than a dictionary');
      for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
    } else return false;
    return true;
  }

  /** Protocol, memory, names, calls. */
  #reference(instruction: string): boolean {
    const { input } = this;
    const stack = this.#stack;
    if (instruction === '\x80') input.byte();
    else if (instruction === '\x95') input.skip(8);
    else if (instruction === 'q') this.#remember(input.byte());
    else if (instruction === 'r') this.#remember(input.unsigned(4));
    else if (instruction === '\x94') this.#remember(this.#memo.size);
    else if (instruction === 'h') stack.push(this.#recall(input.byte()));
    else if (instruction === 'j') stack.push(this.#recall(input.unsigned(4)));
    else if (instruction === 'c') stack.push(this.#global(input.line(), input.line()));
    else if (instruction === '\x93') {
      const name = this.#pop();
      stack.push(this.#global(this.#pop(), name));
    } else if (instruction === 'Q') stack.push(this.rules.persistent(this.#pop()));
    else if (instruction === 'R') {
      const args = this.#pop();
      const called = this.#pop();
      if (!(called instanceof PickleGlobal) || !Array.isArray(args))
        throw damaged('its pickle calls something other than a function');
      stack.push(this.rules.call(called.name, args));
    } else if (instruction === 'b') {
      // The state of a dictionary: attributes such as the versions of its modules. Nothing here needs them.
      this.#pop();
      if (!(stack.at(-1) instanceof Map))
        throw damaged('its pickle sets the state of something other than a dictionary');
    } else return false;
    return true;
  }

  #global(module: PickleValue, name: PickleValue): PickleGlobal {
    const full = `${String(module)}.${String(name)}`;
    if (this.rules.allows(full)) return new PickleGlobal(full);
    throw new WildstyleError(
      'weights-invalid',
      `The weights file names ${JSON.stringify(full.slice(0, 100))}, which no file of tensors needs. It was not called.`,
      {
        cure: 'Use a file with a state dict, as torch.save(model.state_dict(), "model.pth") writes it. Code in a file is never run.',
      },
    );
  }

  #remember(index: number): void {
    const top = this.#stack.at(-1);
    if (top === undefined || top === mark) throw damaged('its pickle remembers nothing');
    this.#memo.set(index, top as PickleValue);
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw damaged('its pickle recalls what it did not remember');
    return value;
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw damaged('its pickle takes more values than it has');
    return value as PickleValue;
  }

  #popToMark(): PickleValue[] {
    const begin = this.#stack.lastIndexOf(mark);
    if (begin < 0) throw damaged('its pickle ends a group that did not begin');
    const values = this.#stack.splice(begin).slice(1);
    return values as PickleValue[];
  }
}

/** The error for a PyTorch file that cannot be read. */
export function damaged(what: string): WildstyleError {
  return new WildstyleError('weights-invalid', `The PyTorch file cannot be used: ${what}.`, {
    cure: 'Download it again and check its SHA-256. It must hold a state dict.',
  });
}
