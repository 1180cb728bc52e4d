// Gathers the pages of the site: docs/ as it is, other files that pages link to, and the reference of the library.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, posix, relative, resolve } from 'node:path';

/** Copies the pages, and makes pages of the files outside of docs/ that they link to. */
export function stagePages(root, pages) {
  rmSync(pages, { recursive: true, force: true });
  cpSync(join(root, 'docs'), pages, { recursive: true });
  cpSync(join(root, 'CHANGELOG.md'), join(pages, 'changelog.md'));
  const linked = new Set();
  for (const name of readdirSync(pages)) {
    if (extname(name) !== '.md') continue;
    const path = join(pages, name);
    writeFileSync(path, withStagedLinks(root, readFileSync(path, 'utf8'), 'docs', linked));
  }
  // A page of a file may link to further ones.
  for (const file of linked) stageFile(root, pages, file, linked);
}

const shownAsTheyAre = /\.(md|jpg|png|svg)$/;

/** Links that leave docs/ lead to `files/`, where those files get pages. */
function withStagedLinks(root, text, folder, linked, up = '.') {
  const titled = text.replace(
    /\[(?:[\w-]+\/)*([\w-]+\.md)\]\(([^)\s:#]+\.md)(?=[#)])/g,
    (whole, name, link) => {
      const file = join(root, posix.join(folder, link));
      return posix.basename(link) === name && existsSync(file) ? `[${titleOf(file)}](${link}` : whole;
    },
  );
  return titled.replace(/\]\(([^)\s:#]+)(#[^)]*)?\)/g, (whole, link, anchor = '') => {
    const file = posix.join(folder, link);
    if (!existsSync(join(root, file))) throw new Error(`${folder}: there is no ${link}`);
    if (file.startsWith('docs/') && shownAsTheyAre.test(file))
      return folder === 'docs' ? whole : `](${up}/${posix.relative('docs', file)}${anchor})`;
    linked.add(file);
    return `](${up}/files/${pageOf(file)}${anchor})`;
  });
}

/** A page is called by its title on the site, where nobody sees names of files. */
const titleOf = (file) => /^# (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? posix.basename(file);

const pageOf = (file) => (extname(file) === '.md' ? file : `${file}.md`);

function stageFile(root, pages, file, linked) {
  const text = readFileSync(join(root, file), 'utf8');
  const target = join(pages, 'files', pageOf(file));
  mkdirSync(dirname(target), { recursive: true });
  if (extname(file) === '.md') {
    const up = posix.relative(posix.dirname(posix.join('files', file)), '.');
    writeFileSync(target, withStagedLinks(root, text, posix.dirname(file), linked, up));
  } else {
    writeFileSync(target, `# ${file}\n\n\`\`\`\`${extname(file).slice(1)}\n${text}\n\`\`\`\`\n`);
  }
}

/** Writes the reference of the library as pages. */
export function stageReference(root, site, pages) {
  const { status } = spawnSync(
    process.execPath,
    [
      join(site, 'node_modules', 'typedoc', 'bin', 'typedoc'),
      ...['--plugin', 'typedoc-plugin-markdown', '--entryPoints', join(root, 'src', 'index.ts')],
      ...['--tsconfig', join(root, 'tsconfig.json'), '--out', join(pages, 'api')],
      ...[
        '--readme',
        'none',
        '--disableSources',
        '--skipErrorChecking',
        '--excludeInternal',
        '--hideGenerator',
      ],
      ...['--entryFileName', 'index', '--hidePageHeader', '--hideBreadcrumbs', '--logLevel', 'Error'],
    ],
    { cwd: site, stdio: 'inherit' },
  );
  if (status !== 0) throw new Error('typedoc failed');
  for (const file of filesBelow(join(pages, 'api'))) {
    const path = join(pages, 'api', file);
    writeFileSync(path, withoutRecipeKeys(readFileSync(path, 'utf8'), '../'.repeat(file.split('/').length)));
  }
}

/** Every function with a recipe would list its hundred keys. A link to the reference of the job has more to say. */
function withoutRecipeKeys(text, up) {
  // Sections from one heading to the next.
  const sections = text.split(/^(?=#{1,6} )/m);
  let level = 0;
  const kept = sections.flatMap((section) => {
    const [, marks = '', name = ''] = /^(#+) (.*)/.exec(section) ?? [];
    if (level > 0 && marks.length > level) return [];
    level = name === 'recipe?' ? marks.length : 0;
    return level > 0
      ? [`${section}The keys are those of a job: [recipe](${up}formats.md#recipe).\n\n`]
      : [section];
  });
  return kept.join('');
}

/** Every file below a folder. */
export function filesBelow(folder, base = folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory()
      ? filesBelow(path, base)
      : [relative(base, resolve(path)).replaceAll('\\', '/')];
  });
}
