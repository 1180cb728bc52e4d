import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { jobJsonSchema } from '../../src/job/schema.js';
import { recipeSchema } from '../../src/methods/recipe.js';
import { repositoryRoot } from '../support/paths.js';

interface Json {
  readonly [key: string]: Json;
}

test('the schema for editors is up to date', (t) => {
  const written = JSON.parse(readFileSync(join(repositoryRoot, 'schema', 'job.schema.json'), 'utf8'));
  t.deepEqual(written, JSON.parse(JSON.stringify(jobJsonSchema())), 'run `npm run schema`');
  const script = fileURLToPath(new URL('../../scripts/write-schema.js', import.meta.url));
  t.is(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' }), '');
});

test('the schema for editors is draft 7, describes every key and allows distributions', (t) => {
  const schema = jobJsonSchema() as Json;
  t.is(schema.$schema as unknown, 'http://json-schema.org/draft-07/schema#');
  t.deepEqual(schema.required as unknown, ['content', 'style', 'output']);
  t.is(schema.additionalProperties as unknown, false);
  for (const [key, value] of Object.entries(schema.properties)) t.truthy(value.description, key);
  const recipe = schema.properties.recipe.properties;
  t.deepEqual(Object.keys(recipe), Object.keys(recipeSchema.shape));
  t.is(recipe.steps.default as unknown, 50);
  t.is(recipe.steps.description as unknown, recipeSchema.shape.steps.description);
  const options = recipe.steps.anyOf as unknown as Json[];
  t.deepEqual(
    options.flatMap((option) => Object.keys(option.properties ?? {})),
    ['uniform', 'logUniform', 'choice'],
  );
});
