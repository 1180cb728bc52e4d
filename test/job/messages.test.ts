import { resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { WildstyleError } from '../../src/errors.js';
import { parseJob } from '../../src/job/load.js';
import { recipeSchema } from '../../src/methods/recipe.js';
import { styleLossNames } from '../../src/stylize/terms/index.js';

const head = 'content: { root: content }\nstyle: { root: style }\noutput: { root: out }\n';

function errorOf(t: ExecutionContext, text: string, overrides?: string[]): WildstyleError {
  const error = t.throws(() => parseJob('job.yaml', text, { overrides }), { instanceOf: WildstyleError });
  return error as WildstyleError;
}

/** Checks the exact message for a broken job; `lines` follow the three lines of `head`. */
const broken = test.macro({
  exec(t, lines: string, expected: string) {
    const error = errorOf(t, head + lines);
    t.is(error.message, expected.replace(/^\n/, '').replace(/\n$/, ''));
    t.is(error.code, 'job-invalid');
  },
  title: (name) => `explains ${name}`,
});

test(
  'an unknown key, with a suggestion',
  broken,
  'recipe:\n  stpes: 20\n',
  `
job.yaml:5:3 recipe: unknown key "stpes"; did you mean "steps"?
   5 |   stpes: 20
     |   ^^^^^
`,
);

test(
  'an unknown key without a near match',
  broken,
  'sampling: { zzzzzzzz: 1 }\n',
  `
job.yaml:4:13 sampling: unknown key "zzzzzzzz"; known keys: stylesPerContent, styles, balanceClasses, limit, keepOriginals
   4 | sampling: { zzzzzzzz: 1 }
     |             ^^^^^^^^
`,
);

test(
  'a key that belongs further down',
  broken,
  'steps: 20\nsampling: { strength: 5 }\nrecipe: { strength: 5 }\nmaxPixels: 9\n',
  `
job.yaml:4:1 unknown key "steps"; did you mean "recipe.steps"?
   4 | steps: 20
     | ^^^^^
job.yaml:5:13 sampling: unknown key "strength"; known keys: stylesPerContent, styles, balanceClasses, limit, keepOriginals
   5 | sampling: { strength: 5 }
     |             ^^^^^^^^
job.yaml:6:11 recipe: unknown key "strength"; did you mean "recipe.style.strength"?
   6 | recipe: { strength: 5 }
     |           ^^^^^^^^
job.yaml:7:1 unknown key "maxPixels"; did you mean "run.inputLimits.maxPixels"?
   7 | maxPixels: 9
     | ^^^^^^^^^
`,
);

test(
  'a number out of range and a quoted number',
  broken,
  'recipe: { size: 20, steps: "50" }\n',
  `
job.yaml:4:17 recipe.size: expected a whole number from 32 to 4096, or a distribution, got 20
   4 | recipe: { size: 20, steps: "50" }
     |                 ^^
job.yaml:4:28 recipe.steps: expected a whole number from 1 to 10000, or a distribution, got "50", which is text; remove the quotes
   4 | recipe: { size: 20, steps: "50" }
     |                            ^^^^
`,
);

test(
  'an unknown word',
  broken,
  'recipe: { style: { loss: garm } }\nsampling: { styles: unifrom }\n',
  `
job.yaml:4:26 recipe.style.loss: expected gram, or a distribution, got "garm"; did you mean "gram"?
   4 | recipe: { style: { loss: garm } }
     |                          ^^^^
job.yaml:5:21 sampling.styles: expected one of uniform, balanced, roundRobin or a map with the key weights, got "unifrom"; did you mean "uniform"?
   5 | sampling: { styles: unifrom }
     |                     ^^^^^^^
`.replace('expected gram,', `expected ${lossWords()},`),
);

function lossWords(): string {
  const word = styleLossNames.length === 1 ? styleLossNames[0] : `one of ${styleLossNames.join(', ')}`;
  return `${word} or a list or a map`;
}

test(
  'a misspelled distribution',
  broken,
  'recipe: { steps: { unifrom: [5, 9] } }\n',
  `
job.yaml:4:20 recipe.steps: unknown key "unifrom"; did you mean "uniform"?
   4 | recipe: { steps: { unifrom: [5, 9] } }
     |                    ^^^^^^^
`,
);

test(
  'invalid ends of a distribution',
  broken,
  `recipe:
  steps: { uniform: [0, 9] }
  size: { uniform: [128] }
  totalVariation: { uniform: [2, 1] }
  learningRate: { logUniform: [0.1, 100] }
  style: { strength: { logUniform: [0, 30] } }
`,
  `
job.yaml:5:22 recipe.steps.uniform[0]: expected a whole number from 1 to 10000, got 0
   5 |   steps: { uniform: [0, 9] }
     |                      ^
job.yaml:6:20 recipe.size.uniform: expected at least 2 items, got 1
   6 |   size: { uniform: [128] }
     |                    ^^^^^
job.yaml:7:30 recipe.totalVariation.uniform: the first number must be below the second
   7 |   totalVariation: { uniform: [2, 1] }
     |                              ^^^^^^
job.yaml:8:37 recipe.learningRate.logUniform[1]: expected a number above 0 and at most 10, got 100
   8 |   learningRate: { logUniform: [0.1, 100] }
     |                                     ^^^
job.yaml:9:36 recipe.style.strength.logUniform: the first number must be above 0
   9 |   style: { strength: { logUniform: [0, 30] } }
     |                                    ^^^^^^^
`,
);

test(
  'invalid choices',
  broken,
  `recipe:
  pooling: { choice: [max, mean] }
  optimizer: { choice: { lbgfs: 1 } }
  fit: { choice: [] }
  steps: { choice: { 20: 1 } }
  init: { choice: { noise: -1, content: 1 } }
`,
  `
job.yaml:5:28 recipe.pooling.choice[1]: expected one of max, average, got "mean"
   5 |   pooling: { choice: [max, mean] }
     |                            ^^^^
job.yaml:6:26 recipe.optimizer.choice: unknown key "lbgfs"; did you mean "lbfgs"?
   6 |   optimizer: { choice: { lbgfs: 1 } }
     |                          ^^^^^
job.yaml:7:18 recipe.fit.choice: expected at least 1 item, got 0
   7 |   fit: { choice: [] }
     |                  ^^
job.yaml:8:20 recipe.steps.choice: expected a list, got a map; to draw a value more often, repeat it
   8 |   steps: { choice: { 20: 1 } }
     |                    ^^^^^^^^^
job.yaml:9:28 recipe.init.choice.noise: expected a number from 0 to 1000000000, got -1
   9 |   init: { choice: { noise: -1, content: 1 } }
     |                            ^^
`,
);

test(
  'a numeric distribution where a word is expected',
  broken,
  'recipe: { pooling: { uniform: [1, 2] } }\n',
  `
job.yaml:4:22 recipe.pooling: uniform only draws numbers, but this must be one of max, average, or a distribution; use {choice: [...]}
   4 | recipe: { pooling: { uniform: [1, 2] } }
     |                      ^^^^^^^
`,
);

test(
  'an unknown layer',
  broken,
  'recipe: { network: vgg19, content: { layers: [rleu4_2] } }\n',
  `
job.yaml:4:47 recipe.content.layers[0]: vgg19 has no layer "rleu4_2"; did you mean "relu4_2"?
   4 | recipe: { network: vgg19, content: { layers: [rleu4_2] } }
     |                                               ^^^^^^^
`,
);

test(
  'a key without a value, and a fraction out of range',
  broken,
  'recipe:\nrun: { maxFailures: 1.5 }\n',
  `
job.yaml:4:1 recipe: expected a map with the keys ${Object.keys(recipeSchema.shape).join(', ')}, got nothing
   4 | recipe:
     | ^^^^^^
job.yaml:5:21 run.maxFailures: expected a whole number of at least 0 or a number above 0 and below 1, got 1.5
   5 | run: { maxFailures: 1.5 }
     |                     ^^^
`,
);

test(
  'duplicate keys',
  broken,
  'seed: 1\nrecipe: { size: 64, size: 96 }\nseed: 2\n',
  `
job.yaml:5:21 duplicate key "size", first used on line 5
   5 | recipe: { size: 64, size: 96 }
     |                     ^^^^
job.yaml:6:1 duplicate key "seed", first used on line 4
   6 | seed: 2
     | ^^^^
`,
);

test(
  'weights that are all 0, and an invalid number of threads',
  broken,
  `sampling: { styles: { weights: { monet: 0 } } }
run: { threads: many }
`,
  `
job.yaml:4:32 sampling.styles.weights: give at least one weight above 0
   4 | sampling: { styles: { weights: { monet: 0 } } }
     |                                ^^^^^^^^^^^^
job.yaml:5:17 run.threads: expected auto or a whole number from 1 to 1024, got "many"
   5 | run: { threads: many }
     |                 ^^^^
`,
);

test('points at the parent of a missing key', (t) => {
  const { message } = errorOf(t, 'seed: 1\ncontent:\n  labels: none\nstyle: { roof: s }\n');
  t.is(
    message,
    [
      'job.yaml:1:1 missing key "output": Where to write the dataset, and in what format',
      '   1 | seed: 1',
      '     | ^',
      'job.yaml:2:1 content: missing key "root": Folder of content images, relative to the job file',
      '   2 | content:',
      '     | ^^^^^^^',
      'job.yaml:4:10 style: unknown key "roof"; did you mean "root"?',
      '   4 | style: { roof: s }',
      '     |          ^^^^',
    ].join('\n'),
  );
});

test('refuses recipes that do nothing', (t) => {
  const said = (recipe: string) =>
    errorOf(
      t,
      `content: { root: c }\nstyle: { root: s }\noutput: { root: o }\nrecipe: ${recipe}`,
    ).message.split('\n')[0];
  t.is(
    said('{ content: { weight: 0 }, style: { strength: 0 }, totalVariation: 0 }'),
    'job.yaml:4:54 recipe.style.strength: content.weight, style.strength and totalVariation are all 0: there is nothing to optimize',
  );
  t.is(said('{ init: { content: 0 } }'), 'job.yaml:4:17 recipe.init: give at least one weight above 0');
  t.is(
    said('{ style: { layers: { relu1_1: 0 } } }'),
    'job.yaml:4:28 recipe.style.layers: give at least one layer a weight above 0',
  );
  // The total variation defaults to that of the network.
  t.notThrows(() =>
    parseJob(
      'job.yaml',
      'content: { root: c }\nstyle: { root: s }\noutput: { root: o }\nrecipe: { content: { weight: 0 }, style: { strength: 0 } }',
    ),
  );
  t.notThrows(() =>
    parseJob(
      'job.yaml',
      'content: { root: c }\nstyle: { root: s }\noutput: { root: o }\nrecipe: { content: { weight: 0 }, style: { strength: { choice: [0, 1] } }, init: { noise: { uniform: [0, 1] } } }',
    ),
  );
});

test('refuses harmful folders and globs', (t) => {
  const { message } = errorOf(
    t,
    'content: { root: in, include: ["../**"] }\nstyle: { root: s }\noutput: { root: in/out, split: a/b }',
  );
  t.is(
    message,
    [
      'job.yaml:1:32 content.include[0]: a pattern must be relative to root and stay inside it',
      '   1 | content: { root: in, include: ["../**"] }',
      '     |                                ^^^^^^^',
      `job.yaml:3:17 output.root: ${resolve('in/out')} is inside content.root, so results would be read as content images`,
      '   3 | output: { root: in/out, split: a/b }',
      '     |                 ^^^^^^',
      'job.yaml:3:32 output.split: the split becomes a folder, but "a/b" contains "/", which is not allowed in a folder name',
      '   3 | output: { root: in/out, split: a/b }',
      '     |                                ^^^',
    ].join('\n'),
  );
  const inside = errorOf(t, 'content: { root: /in }\nstyle: { root: /s }\noutput: { root: /in/out }');
  t.is(
    inside.message,
    [
      'job.yaml:3:17 output.root: /in/out is inside content.root, so results would be read as content images',
      '   3 | output: { root: /in/out }',
      '     |                 ^^^^^^^',
    ].join('\n'),
  );
});

test('a long line is cut to a window around the problem', (t) => {
  const { message } = errorOf(
    t,
    `content: { root: ${'c'.repeat(300)}, labels: folder }\nstyle: { root: s }\noutput: { root: o }`,
  );
  const [first, line, carets] = message.split('\n');
  t.true(first.startsWith('job.yaml:1:328 content.labels: expected one of folders, none or'));
  t.is(line, `   1 | ${'c'.repeat(82)}, labels: folder }`);
  t.is(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1), 'folder');
});

test('problems inside an alias are shown at the anchor', (t) => {
  const { message } = errorOf(t, `${head}recipe: { content: &side { wieght: 1 }, style: *side }\n`);
  t.is(message.match(/job\.yaml:4:\d+/g)?.length, 2);
  t.true(message.includes('job.yaml:4:28 recipe.content: unknown key "wieght"; did you mean "weight"?'));
});

test('shows at most fifty problems', (t) => {
  const { message } = errorOf(t, head + Array.from({ length: 80 }, (_, i) => `key${i}: 1\n`).join(''));
  t.is(message.match(/unknown key/g)?.length, 50);
  t.true(message.endsWith('... and 30 more problems'));
});
