/** The commands that get libraries, in a clone and in a project that depends on wildstyle. @module */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { setupCommand } from '../../src/engine/libraries/setup-command.js';
import { versionsIn } from '../../src/engine/openvino/folders.js';

test('a clone has the commands of npm', (t) => {
  t.is(setupCommand('openvino'), 'npm run setup:openvino');
  t.is(setupCommand('tensorflow', ['--gpu']), 'npm run setup:tensorflow -- --gpu');
});

test('elsewhere, the script itself is the command', (t) => {
  const installed = (root: string) =>
    pathToFileURL(join(root, 'node_modules', 'wildstyle', 'scripts', 'setup-gpu.mjs'));
  const near = join('node_modules', 'wildstyle', 'scripts', 'setup-gpu.mjs');
  t.is(setupCommand('gpu', [], installed(process.cwd())), `node ${near}`);
  t.is(setupCommand('gpu', ['--x'], installed('/elsewhere')), `node /elsewhere/${near} --x`);
});

test('of several versions, the newest comes first', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wildstyle-versions-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const version of ['2026.4.1', '2026.10.0', '2025.12.0']) mkdirSync(join(folder, version));
  const expected = ['2026.10.0', '2026.4.1', '2025.12.0'];
  t.deepEqual(
    versionsIn(folder),
    expected.map((version) => join(folder, version)),
  );
});
