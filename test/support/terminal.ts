/** Runs the built command line on a terminal of its own. @module */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import type { ExecutionContext } from 'ava';
import { type Environment, mainFile, until } from './command-line.js';

/** Types into the terminal. */
export type Type = (
  key: (text: string) => void,
  /** Waits until the terminal shows a text that it did not show before the last key. */
  shown: (text: string) => Promise<void>,
) => Promise<void>;

/** Runs a command on its own terminal and types into it; returns undefined without `script` from util-linux. */
export async function onTerminal(
  t: ExecutionContext,
  args: readonly string[],
  { cache, cwd }: Pick<Environment, 'cache' | 'cwd'>,
  type?: Type,
): Promise<{ exitCode: number | null; output: string } | undefined> {
  if (!spawnSync('script', ['--version']).stdout?.includes('util-linux')) {
    t.log('this machine does not have script from util-linux');
    return undefined;
  }
  // A terminal that nobody looks at has no size. Without exec, Ctrl-C would kill the intermediate shell.
  const line = ['stty rows 40 cols 100; exec', process.execPath, mainFile, ...args]
    .map((word, index) => (index === 0 ? word : `'${word}'`))
    .join(' ');
  const terminal = spawn('script', ['-qec', line, '/dev/null'], {
    ...(cwd !== undefined && { cwd }),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TERM: 'xterm',
      XDG_CACHE_HOME: cache,
      SHELL: '/bin/sh',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  let read = 0;
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const closed = once(terminal, 'close');
  try {
    await type?.(
      (text) => {
        read = output.length;
        terminal.stdin.write(text);
      },
      async (text) => {
        const seen = () => stripVTControlCharacters(output.slice(read)).includes(text);
        await until(`"${text}" on the terminal`, seen);
      },
    );
  } catch (error) {
    t.log(output);
    terminal.kill();
    throw error;
  }
  const [exitCode] = await closed;
  return { exitCode, output };
}
