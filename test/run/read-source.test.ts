import { execFile } from 'node:child_process';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import sharp from 'sharp';
import { WildstyleError } from '../../src/errors.js';
import { canDecode } from '../../src/images/decoder-check.js';
import { decodeSource, readSource } from '../../src/run/item/read-source.js';
import { temporaryFolder } from '../dataset/support.js';

async function codeOf(t: ExecutionContext, work: Promise<unknown>): Promise<string> {
  const error = await t.throwsAsync(work, { instanceOf: WildstyleError });
  return error?.code ?? '';
}

async function folderOfImages(t: ExecutionContext): Promise<string> {
  const root = join(await temporaryFolder(t), 'content');
  await mkdir(join(root, 'cat'), { recursive: true });
  await writeFile(join(root, 'cat/a.png'), 'a');
  return root;
}

test('a single missing file fails its items; a folder that is gone or empty ends the run', async (t) => {
  const root = await folderOfImages(t);
  t.is((await readSource(root, 'cat/a.png')).toString(), 'a');
  t.is(await codeOf(t, readSource(root, 'cat/b.png')), 'image-missing');
  t.is(await codeOf(t, readSource(root, 'cat/a.png/b.png')), 'image-missing');
  await rename(root, `${root}-away`);
  t.is(await codeOf(t, readSource(root, 'cat/a.png')), 'input-unavailable');
  // A mount point after its disk was unmounted.
  await mkdir(root);
  t.is(await codeOf(t, readSource(root, 'cat/a.png')), 'input-unavailable');
});

test('a file without permission fails its items', async (t) => {
  if (process.getuid?.() === 0 || process.platform === 'win32') {
    t.log('skipped: permissions do not bind this user');
    t.pass();
    return;
  }
  const root = await folderOfImages(t);
  await chmod(join(root, 'cat/a.png'), 0);
  t.is(await codeOf(t, readSource(root, 'cat/a.png')), 'image-missing');
});

test('a pipe in the place of an image is not waited for', async (t) => {
  const root = await folderOfImages(t);
  await rm(join(root, 'cat/a.png'));
  try {
    await promisify(execFile)('mkfifo', [join(root, 'cat/a.png')]);
  } catch {
    t.log('skipped: this system has no pipes in folders');
    t.pass();
    return;
  }
  t.is(await codeOf(t, readSource(root, 'cat/a.png')), 'image-unsupported');
  await rm(join(root, 'cat/a.png'));
  await mkdir(join(root, 'cat/a.png'));
  t.is(await codeOf(t, readSource(root, 'cat/a.png')), 'image-unsupported');
});

test('without file descriptors, no image is to blame', async (t) => {
  const root = await folderOfImages(t);
  // In a process of its own, because the limit cannot be raised again.
  const module = new URL('../../src/run/item/read-source.js', import.meta.url).href;
  const script = `import { open } from 'node:fs/promises';
    const { readSource } = await import(${JSON.stringify(module)});
    const held = [];
    try { for (;;) held.push(await open('/dev/null')); } catch {}
    const { code } = await readSource(${JSON.stringify(root)}, 'cat/a.png').catch((error) => error);
    console.log(code);`;
  const node = `exec ${JSON.stringify(process.execPath)} --input-type=module -e "$0"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', `ulimit -n 100; ${node}`, script]).catch(() => ({
    stdout: '',
  }));
  if (stdout === '') t.log('skipped: this system has no such limit');
  t.true(stdout === '' || stdout.trim() === 'resources-exhausted', stdout);
});

test('a damaged image is to blame only if the decoder works', async (t) => {
  const noise = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#123456' } })
    .png()
    .toBuffer();
  const target = { sizePx: 32, fit: 'keep' } as const;
  const options = { name: 'cat/a.png', maximumPixels: 1e8 };
  t.is((await decodeSource(noise, target, options)).widthPx, 32);
  t.is(await codeOf(t, decodeSource(noise.subarray(0, 60), target, options)), 'image-corrupt');
  t.true(await canDecode(300, 200));
  // More pixels than the format can have: as if there were no memory for them.
  t.false(await canDecode(1 << 28, 1 << 28));
});
