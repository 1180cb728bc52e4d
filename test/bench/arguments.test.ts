/** What commands of scripts say to bad arguments: the value, and where to read more, but no trace. @module */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../support/paths.js';

const mistakes: readonly [words: string, message: string][] = [
  ['bench/main.js networks --pairs abc', '--pairs must be a number of at least 1, not abc.'],
  ['bench/main.js train --threads 1.5', '--threads must be a whole number, not 1.5.'],
  ['bench/main.js shapes --network vgg', '--network must be compact or vgg19, not vgg.'],
  ['bench/main.js networks --bogus', "Unknown option '--bogus'"],
  [
    'distill/main.js',
    'The command needs --teacher, --photographs, --styles, --student NAME=WIDTHS and --out.',
  ],
  [
    'distill/begin.js --teacher package.json --images none --student F=1 --out o',
    '--images none does not exist.',
  ],
];

test('bad arguments of benchmarks and of the distillation have no traces', async (t) => {
  for (const [words, message] of mistakes) {
    const [file = '', ...args] = words.split(' ');
    const script = join(repositoryRoot, 'dist', 'scripts', file);
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((ended) => {
      execFile(process.execPath, [script, ...args], { cwd: repositoryRoot }, (error, _out, stderr) =>
        ended({ code: error?.code, stderr }),
      );
    });
    t.is(code, 2, stderr);
    t.true(stderr.startsWith(`wildstyle: option-invalid: ${message}`), stderr);
    const source = `scripts/${file.replace('.js', '.ts')}`;
    t.true(stderr.endsWith(`\n  The options are in ${source}.\n`), stderr);
  }
});
