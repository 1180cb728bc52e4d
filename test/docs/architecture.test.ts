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
