import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { repositoryRoot } from '../../scripts/docs/repository.js';

interface Workflow {
  readonly on: { readonly schedule?: readonly { readonly cron: string }[] };
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
        readonly env?: Readonly<Record<string, string>>;
        readonly steps: readonly { readonly run?: string }[];
      }
    >
  >;
}

const read = (...path: string[]) => readFileSync(join(repositoryRoot, ...path), 'utf8');
const workflow = (name: string): Workflow => parse(read('.github', 'workflows', name));
const commandsOf = ({ jobs }: Workflow) =>
  Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));

test('every script that a workflow runs exists', (t) => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const name of ['ci.yml', 'sweep.yml', 'site.yml'])
    for (const command of commandsOf(workflow(name))) {
      const script = /^npm (?:run )?(\S+)/.exec(command)?.[1];
      if (script && script !== 'ci') t.true(Object.hasOwn(scripts, script), `${name}: ${command}`);
    }
});

test('every change is swept completely for a run, a resumed run, a repair, a merge and an export', (t) => {
  const { strategy, env, steps } = workflow('ci.yml').jobs.sweep;
  t.deepEqual(strategy?.matrix.scenario, ['run', 'resume', 'repair', 'merge', 'export']);
  t.deepEqual(env, { WILDSTYLE_SWEEP: 'whole' });
  t.regex(steps.at(-1)?.run ?? '', /sweep\.test\.js --match='\$\{\{ matrix\.scenario \}\}: \*'$/);
  const scenarios = read('test', 'crash', 'sweep.test.ts');
  for (const scenario of strategy?.matrix.scenario ?? [])
    t.true(scenarios.includes(`\n  ${scenario}: {`), `a scenario ${scenario} exists`);
});

test('everything is swept and soaked every night', (t) => {
  const nightly = workflow('sweep.yml');
  t.is(nightly.on.schedule?.length, 1);
  const commands = commandsOf(nightly);
  t.true(commands.includes('npm run sweep'));
  t.true(commands.includes('npm run soak -- --minutes 60'));
});
