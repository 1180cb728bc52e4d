/** How `wildstyle init` tells what it does: with frames and spinners on a terminal, in plain lines elsewhere. @module */
import { intro, log, note, outro, spinner } from '@clack/prompts';
import { printable } from '../../printable.js';
import { print } from '../terminal/output.js';

export interface Teller {
  readonly begin: (title: string) => void;
  readonly lines: (lines: readonly string[]) => void;
  /** Does something that takes a while. */
  readonly during: <T>(what: string, work: (progress: (text: string) => void) => Promise<T>) => Promise<T>;
  /** @param commands what to do next */
  readonly end: (commands: readonly string[]) => void;
}

/** @param isTerminal whether somebody is there to be asked */
export function teller(isTerminal: boolean): Teller {
  return isTerminal ? onTerminal : plain;
}

const onTerminal: Teller = {
  begin: (title) => intro(title),
  lines: (lines) => {
    if (lines.length > 0) log.info(lines.map(printable).join('\n'));
  },
  async during(what, work) {
    const shown = spinner();
    shown.start(what);
    try {
      const result = await work((text) => shown.message(`${what}: ${text}`));
      shown.stop(what);
      return result;
    } catch (error) {
      shown.error(what);
      throw error;
    }
  },
  end(commands) {
    note(commands.map(printable).join('\n'), 'Next');
    outro('Done.');
  },
};

const plain: Teller = {
  begin() {},
  lines: (lines) => {
    for (const line of lines) print(line);
  },
  during: (_what, work) => work(() => {}),
  end: (commands) => {
    for (const command of commands) print(`Next: ${command}`);
  },
};
