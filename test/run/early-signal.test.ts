import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { wildstyle } from '../support/command-line.js';
import { smallJob } from '../support/small-job.js';

const onWindows = process.platform === 'win32';

/** Asks for the progress when the run starts to read its job. */
const asksEarly = `
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
const { readFile } = fs;
fs.readFile = (path, ...others) => {
  if (String(path).endsWith('job.yaml')) {
    process.kill(process.pid, 'SIGUSR2');
    console.error('asked');
  }
  return readFile(path, ...others);
};
syncBuiltinESMExports();
`;

(onWindows ? test.skip : test)('SIGUSR2 does not end a run that loads its job', async (t) => {
  const job = await smallJob({ sampling: { stylesPerContent: 0, keepOriginals: true } });
  t.teardown(job.remove);
  const preload = join(job.folder, 'early.mjs');
  await writeFile(preload, asksEarly);
  const { exitCode, stdout, stderr } = await wildstyle(['run', job.file, '--dry-run'], {
    ...job,
    variables: { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` },
  });
  t.is(exitCode, 0, stderr);
  t.regex(stderr, /^asked$/m);
  t.regex(stdout, /Starting\./);
});
