import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../support/paths.js';

const source = join(repositoryRoot, 'src');
const text = readFileSync(join(repositoryRoot, 'docs', 'architecture.md'), 'utf8');

/** The rooms of the table in its order, with what each may import. */
const documented = [...text.matchAll(/^\| `(\w+)` \| .* \| ((?:`\w+`(?:, )?)*) ?\|$/gm)].map(
  ([, room = '', rooms = '']) => [room, [...rooms.matchAll(/\w+/g)].map(([name]) => name)] as const,
);

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'));

const roomOf = (path: string): string | undefined => (path.includes('/') ? path.split('/')[0] : undefined);

function importedRooms(path: string): string[] {
  const specifiers = readFileSync(join(source, path), 'utf8').matchAll(
    /\bfrom '(\.[^']+)'|\bimport\('(\.[^']+)'\)/g,
  );
  return [...specifiers].flatMap(([, from, dynamic]) => {
    const room = roomOf(posix.join(posix.dirname(path), from ?? dynamic ?? ''));
    return room === undefined || room === roomOf(path) ? [] : [room];
  });
}

test('the table of rooms says what each imports', (t) => {
  const found = new Map<string, Set<string>>();
  for (const path of files) {
    const room = roomOf(path);
    if (room === undefined) continue;
    const rooms = found.get(room) ?? new Set();
    for (const imported of importedRooms(path)) rooms.add(imported);
    found.set(room, rooms);
  }
  const byName = <T>(entries: Iterable<readonly [string, T]>) => Object.fromEntries([...entries].sort());
  t.deepEqual(
    byName(documented),
    byName([...found].map(([room, rooms]) => [room, [...rooms].sort()] as const)),
  );
});

test('arrows point downwards in the table, so that there is no way around', (t) => {
  const order = documented.map(([room]) => room);
  for (const [room, rooms] of documented) {
    for (const imported of rooms)
      t.true(order.indexOf(imported) > order.indexOf(room), `${room} -> ${imported}`);
  }
});

test('files that the page names exist', (t) => {
  const named = [...text.matchAll(/`([a-z/-]+\.ts)`/g)].map(([, path = '']) => path);
  t.true(named.length > 10);
  const missing = named.filter((path) => !files.some((file) => file === path || file.endsWith(`/${path}`)));
  t.deepEqual(missing, []);
});

/** What reads only. `open` does if its calls say so. */
const readers = new Set(
  'access constants existsSync FileHandle lstat open opendir readdir readdirSync readFile readFileSync readlinkSync realpath stat statfs Stats statSync'.split(
    ' ',
  ),
);

/** Files that write past the file system that tests can fail, and why they may. */
const pastTheLayer: Readonly<Record<string, string>> = {
  'files/file-system.ts': 'is the layer',
  'run/notify/log.ts':
    'a log is written while the process ends, so synchronously; a line that fails is dropped',
  'run/pool/out-of-memory.ts': 'sets a value of the kernel for this process',
  'engine/onnx/placement.ts': 'ONNX Runtime writes a profile into a temporary folder, which is then deleted',
  'run/compare/try-recipes.ts': 'two images are copied into a temporary folder, which is then deleted',
};

function writesPastTheLayer(path: string): boolean {
  const code = readFileSync(join(source, path), 'utf8');
  const imports = code.matchAll(/^import (?:type )?([^;]*?) from '(?:node:)?fs(?:\/promises)?';$/gm);
  return [...imports]
    .flatMap(([, names = '']) => names.replace(/[{}\s]|type /g, ' ').split(','))
    .some((name) => {
      const [exported = '', local = exported] = name.trim().split(' as ');
      const calls = code.match(new RegExp(`(?<![.#\\w])${local}\\(.*`, 'g')) ?? [];
      return (
        !readers.has(exported) ||
        (exported === 'open' && calls.some((call) => !/, 'r'\)|O_RDONLY/.test(call)))
      );
    });
}

test('files are written through the file system that tests can fail', (t) => {
  t.deepEqual(files.filter(writesPastTheLayer).sort(), Object.keys(pastTheLayer).sort());
});

test('nothing opens a file system of its own', (t) => {
  const dynamic = /import\('(?:node:)?fs|require\('(?:node:)?fs|process\.binding|toFile\(|createWriteStream/;
  t.deepEqual(
    files.filter((path) => dynamic.test(readFileSync(join(source, path), 'utf8'))),
    [],
  );
});
