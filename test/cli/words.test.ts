import test from 'ava';
import { reportFailure } from '../../src/cli/failure.js';
import { overridesOf } from '../../src/cli/options/options.js';
import { stopSignals } from '../../src/cli/terminal/signals.js';
import { checkOptions, usageError } from '../../src/cli/usage.js';
import { WildstyleError } from '../../src/errors.js';

const known = { commands: ['run', 'plan'], options: ['limit', 'dry-run', 'set'] };
const rewritten = (message: string, line: string) => {
  const { code, message: text, cure } = usageError(message, line.split(' '), known);
  return [code, text, cure];
};

test('rewrites the errors of the parser', (t) => {
  const run = 'See wildstyle run --help.';
  const cases: readonly [message: string, line: string, text: string, cure: string][] = [
    ['Unknown argument: paint', 'paint it', 'Unknown command: paint', 'See wildstyle --help.'],
    ['Unknown argument: rum', 'rum it', 'Unknown command: rum; did you mean "run"?', 'See wildstyle --help.'],
    ['Unknown argument: more', 'run it more', 'Unexpected argument: more', run],
    [
      'Unknown arguments: dry-rn, dryRn',
      'run it --dry-rn',
      'Unknown option: --dry-rn; did you mean "--dry-run"?',
      run,
    ],
    ['Unknown argument: set.a', 'run it --set.a=1', 'Unknown option: --set.a; did you mean "--set"?', run],
    ['Unknown argument: color', 'run it --no-color', 'Unknown argument: color', run],
    ['Not enough arguments following: limit', 'run it --limit', '--limit needs a value.', run],
    [
      'Not enough non-option arguments: got 1, need at least 3',
      'run a',
      'The command needs 3 arguments, but got 1.',
      run,
    ],
  ];
  for (const [message, line, text, cure] of cases)
    t.deepEqual(rewritten(message, line), ['option-invalid', text, cure]);
});

test('refuses repeated options, unless they are repeatable, and invalid numbers', (t) => {
  t.notThrows(() => checkOptions({ _: ['run'], $0: 'wildstyle', set: ['a=1', 'b=2'], limit: 3 }, ['set']));
  t.throws(() => checkOptions({ out: ['a', 'b', 'c'] }, ['set']), {
    message: '--out is given 3 times, but allowed only once.',
  });
  t.throws(() => checkOptions({ rows: Number.NaN }, []), { message: '--rows must be a number.' });
});

test('options become overrides; paths start from the current directory', (t) => {
  const resolve = (path: string) => `/here/${path}`;
  t.deepEqual(overridesOf({}, resolve), []);
  t.deepEqual(overridesOf({ set: ['seed=1'], out: 'o "x"', weights: 'w', limit: 4, workers: '2' }, resolve), [
    'seed=1',
    { shown: '--out o "x"', path: ['output', 'root'], value: '/here/o "x"' },
    { shown: '--weights w', path: ['run', 'weights'], value: '/here/w' },
    { shown: '--limit 4', path: ['sampling', 'limit'], value: 4 },
    { shown: '--workers 2', path: ['run', 'workers'], value: 2 },
  ]);
  t.deepEqual(overridesOf({ workers: 'auto' }, resolve), [
    { shown: '--workers auto', path: ['run', 'workers'], value: 'auto' },
  ]);
  for (const limit of [0, -1, 2.5]) {
    const message = `--limit must be a whole number above 0, not ${limit}.`;
    t.throws(() => overridesOf({ limit }, resolve), { instanceOf: WildstyleError, message });
  }
  for (const workers of ['0', '-1', '1.5', 'all', '']) {
    const message = `--workers must be a whole number above 0 or auto, not ${workers}.`;
    t.throws(() => overridesOf({ workers }, resolve), { instanceOf: WildstyleError, message });
  }
});

test('prints code, message and cure; a stack only for internal errors; exit 75 if a rerun can resume', (t) => {
  const report = (error: unknown) => {
    let text = '';
    const stream = { write: (part: string) => (text += part) } as unknown as NodeJS.WritableStream;
    return [reportFailure(error, stream), text];
  };
  t.deepEqual(report(new WildstyleError('job-invalid', 'bad', { cure: 'fix it' })), [
    2,
    'wildstyle: job-invalid: bad\n  fix it\n',
  ]);
  t.deepEqual(report(new WildstyleError('disk-full', 'full')), [75, 'wildstyle: disk-full: full\n']);
  const [exitCode, text] = report(new TypeError('x is not a function'));
  t.is(exitCode, 2);
  t.regex(`${text}`, /^wildstyle: internal: x is not a function\nTypeError: x is not a function\n\s+at /);
});

test.serial('the first signal drains, the second abandons; dispose removes the listeners', (t) => {
  const names = ['SIGINT', 'SIGTERM'] as const;
  const before = names.map((name) => process.listenerCount(name));
  const signals = stopSignals();
  t.deepEqual([signals.drain.aborted, signals.abandon.aborted], [false, false]);
  process.emit('SIGTERM');
  t.deepEqual([signals.drain.aborted, signals.abandon.aborted], [true, false]);
  process.emit('SIGINT');
  t.deepEqual([signals.drain.aborted, signals.abandon.aborted], [true, true]);
  signals.dispose();
  t.deepEqual(
    names.map((name) => process.listenerCount(name)),
    before,
  );
});
