/** The script that unpacks and runs the GPU proof, with archives whose Node.js only tells how it was called. @module */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../support/paths.js';

const testOnLinux = process.platform === 'linux' ? test : test.skip;

/** Packs a `node` that prints the version and its arguments. */
function pack(folder: string, version: string): void {
  const content = join(folder, 'content');
  mkdirSync(join(content, 'project'), { recursive: true });
  writeFileSync(join(content, 'node'), `#!/bin/sh\necho ${version} "$@"\n`);
  chmodSync(join(content, 'node'), 0o755);
  execFileSync('tar', ['-C', content, '-cJf', join(folder, 'base.tar.xz'), 'node', 'project']);
}

testOnLinux('writes where OUT says, and unpacks again what was packed again', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wildstyle-prove-'));
  copyFileSync(join(repositoryRoot, 'scripts', 'gpu-proof', 'prove.sh'), join(folder, 'prove.sh'));
  const prove = (devices = 'webgpu') =>
    execFileSync('bash', ['prove.sh', '--minutes', '1'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, OUT: 'results', DEVICES: devices, PROOF_FOLDER: join(folder, 'place') },
      encoding: 'utf8',
    }).trim();
  pack(folder, 'v1');
  const first = prove();
  t.true(
    first.startsWith('v1 dist/scripts/gpu-proof/run.js --devices webgpu --only conformance,job,'),
    first,
  );
  t.true(first.endsWith(`--out ${join(folder, 'results', 'gpu-proof.json')} --minutes 1`), first);
  writeFileSync(join(folder, 'place', 'project', 'kept'), '');
  t.is(prove(), first);
  pack(folder, 'v2');
  t.true(prove().startsWith('v2 '));
  t.throws(() => execFileSync('ls', [join(folder, 'place', 'project', 'kept')], { stdio: 'ignore' }));
  t.deepEqual(
    prove('cpu,webgpu')
      .split('\n')
      .map((line) => line.split(' ')[3]),
    ['cpu', 'webgpu'],
  );
  const error = t.throws(() => prove('tensorrt'));
  t.is((error as { status?: number }).status, 1, 'without its archive');
  execFileSync('split', ['-b', '100', '-d', '-a', '2', 'base.tar.xz', 'base.tar.xz.'], { cwd: folder });
  rmSync(join(folder, 'base.tar.xz'));
  t.true(prove().startsWith('v2 '), 'in pieces');
  rmSync(folder, { recursive: true });
});
