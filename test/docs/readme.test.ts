import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { parseJob } from '../../src/job/load.js';
import { wildstyle } from '../support/command-line.js';
import { repositoryRoot } from '../support/paths.js';

const pages = ['README.md', 'CHANGELOG.md'].concat(
  ['architecture', 'dependencies', 'errors', 'formats', 'recipes'].map((name) => `docs/${name}.md`),
);
const read = (page: string) => readFileSync(join(repositoryRoot, page), 'utf8');

test('the README names every command and every option', async (t) => {
  const cache = await mkdtemp(join(tmpdir(), 'wildstyle-help-'));
  t.teardown(() => rm(cache, { recursive: true, force: true }));
  const readme = read('README.md');
  const help = async (...args: string[]) => (await wildstyle([...args, '--help'], { cache })).stdout;
  const commands = [...(await help()).matchAll(/^ {2}wildstyle (\w+) ((?:<\w+> ?)+)/gm)];
  t.is(commands.length, 5);
  for (const [, command = '', positionals = ''] of commands) {
    t.true(readme.includes(`\`wildstyle ${command} ${positionals.trim()}\``), command);
    const options = [...(await help(command)).matchAll(/^ .*?(--[\w-]+)/gm)].map(([, option]) => option);
    t.true(options.length >= 2);
    for (const option of options) t.regex(readme, new RegExp(`${option}\\b`), `${command} ${option}`);
  }
});

test('the job in the README is one', (t) => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  const job = parseJob(join(tmpdir(), 'configs', 'job.yaml'), yaml);
  t.is(job.recipe.steps, 150);
  t.deepEqual(Object.keys(parse(yaml)), ['seed', 'content', 'style', 'sampling', 'recipe', 'output', 'run']);
});

test('links to files lead somewhere', (t) => {
  for (const page of pages) {
    const links = [...read(page).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
    const missing = links.filter((link) => !existsSync(join(repositoryRoot, dirname(page), link)));
    t.deepEqual(missing, [], page);
  }
});

test('the picture is small enough for a page', (t) => {
  t.true(statSync(join(repositoryRoot, 'docs', 'images', 'contact-sheet.jpg')).size <= 400_000);
});
