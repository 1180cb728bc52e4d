import test from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { parseJob } from '../../src/job/load.js';
import { applyOverride, parseOverride } from '../../src/job/overrides.js';

const text = 'content: { root: c }\nstyle: { root: s }\noutput: { root: o }\nrecipe: { size: 64 }\n';

function codeAndMessage(overrides: string[]): [string, string] {
  try {
    parseJob('job.yaml', text, { overrides });
  } catch (error) {
    if (error instanceof WildstyleError) return [error.code, error.message];
    throw error;
  }
  return ['', ''];
}

test('an override sets any key and creates missing maps', (t) => {
  const job = parseJob('/jobs/job.yaml', text, {
    overrides: [
      'recipe.steps=20',
      'recipe.size={choice: [32, 48]}',
      'run.inputLimits.maxPixels=5000',
      'sampling.styles.weights."van.gogh"=2',
      'output.root=../elsewhere',
      'content.include=["a/**", "b/**"]',
      'content.include.1=c/**',
      'seed=1',
      'seed=2',
    ],
  });
  t.is(job.recipe.steps, 20);
  t.deepEqual(job.recipe.size, { choice: [32, 48] });
  t.is(job.run.inputLimits.maxPixels, 5000);
  t.deepEqual(job.sampling.styles, { weights: { 'van.gogh': 2 } });
  t.is(job.output.root, '/elsewhere');
  t.deepEqual(job.content.include, ['a/**', 'c/**']);
  t.is(job.seed, 2);
});

test('reports an invalid override', (t) => {
  t.deepEqual(codeAndMessage(['recipe.stesp=20']), [
    'override-invalid',
    '--set recipe.stesp=20: recipe: unknown key "stesp"; did you mean "steps"?',
  ]);
  t.deepEqual(codeAndMessage(['recipe.size=tiny']), [
    'override-invalid',
    '--set recipe.size=tiny: recipe.size: expected a whole number from 32 to 4096, or a distribution, got "tiny"',
  ]);
  t.deepEqual(codeAndMessage(['recipe.size={uniform: [64, 8]}']), [
    'override-invalid',
    '--set recipe.size={uniform: [64, 8]}: recipe.size.uniform[1]: expected a whole number from 32 to 4096, got 8',
  ]);
  t.deepEqual(codeAndMessage(['recipe.size.foo=8']), [
    'override-invalid',
    '--set recipe.size.foo=8: recipe.size: unknown key "foo"; known keys: uniform, logUniform, choice',
  ]);
});

test('refuses arguments that are not overrides', (t) => {
  for (const argument of ['recipe.steps', '=3', 'a..b=3', '.a=3', 'a.=3', '']) {
    const error = t.throws<WildstyleError>(
      () => parseOverride(argument),
      { instanceOf: WildstyleError },
      argument,
    );
    t.is(error.code, 'override-invalid');
    t.true(error.message.startsWith(`--set ${argument} `), error.message);
  }
  const [code, message] = codeAndMessage(['recipe.size={']);
  t.is(code, 'override-invalid');
  t.is(message, '--set recipe.size={ has a value that is not valid YAML: Flow map must end with a }.');
  t.is(codeAndMessage([`recipe.size=${'['.repeat(30_000)}`])[0], 'override-invalid');
});

test('lists problems in the file before problems in overrides', (t) => {
  t.throws(() => parseJob('job.yaml', `${text}sede: 1\n`, { overrides: ['recipe.size=1'] }), {
    instanceOf: WildstyleError,
    code: 'job-invalid',
    message: [
      'job.yaml:5:1 unknown key "sede"; did you mean "seed"?',
      '   5 | sede: 1',
      '     | ^^^^',
      '--set recipe.size=1: recipe.size: expected a whole number from 32 to 4096, or a distribution, got 1',
    ].join('\n'),
  });
});

test('an override cannot change the prototype', (t) => {
  const made = applyOverride({}, ['__proto__', 'polluted'], true);
  t.is(({} as Record<string, unknown>).polluted, undefined);
  t.true(Object.hasOwn(made as object, '__proto__'));
  t.is(codeAndMessage(['__proto__.polluted=1'])[0], 'override-invalid');
});
