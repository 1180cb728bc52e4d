import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Writable } from 'node:stream';
import test from 'ava';
import { reportFailure } from '../../src/cli/failure.js';
import { mainFile, wildstyle } from '../support/command-line.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

let job: SmallJob;

test.before(async () => {
  // Without steps: only the start matters.
  job = await smallJob({
    content: { root: 'content', include: ['ponds/*'] },
    sampling: { stylesPerContent: 1, keepOriginals: false },
    recipe: { method: 'histogram', size: 32 },
  });
});
test.after.always(() => job?.remove());

/** Starts a run in a shell that sets limits of file descriptors. */
function runWith(limit: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const shell = `ulimit ${limit} && exec "$0" "$@"`;
  const args = ['-c', shell, process.execPath, mainFile, 'run', job.file];
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, XDG_CACHE_HOME: job.cache };
  return new Promise((resolve) => {
    execFile('sh', args, { env }, (error, stdout, stderr) =>
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const onLinux = process.platform === 'linux' ? test.serial : test.skip;

// Each is enough for Node.js itself, and for the parser of the command line.
for (const limit of [44, 60, 64, 96, 128]) {
  onLinux(
    `a start with ${limit} file descriptors works, or says what it lacks and begins nothing`,
    async (t) => {
      const { exitCode, stdout, stderr } = await runWith(`-n ${limit}`);
      t.log(`exit code ${exitCode}`);
      if (exitCode === 0) return;
      t.is(exitCode, 75, stderr);
      t.regex(
        stderr,
        /^wildstyle: resources-exhausted: .*: the system has no memory, processes or file descriptors left \(EMFILE\)\n {2}Close other programs, raise the limits \(ulimit\), or lower run\.workers; then run again\n$/,
      );
      t.is(stdout, '');
      t.false(existsSync(job.out));
    },
  );
}

onLinux('a soft limit of 64 is raised to the hard one', async (t) => {
  const { exitCode, stderr } = await runWith('-S -n 64');
  t.is(exitCode, 0, stderr);
  t.is((await wildstyle(['verify', job.out], job)).exitCode, 0);
});

test('an error of the system that a command did not expect has its own code', (t) => {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  const error = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE', path: '/x.js' });
  t.is(reportFailure(error, stream), 75);
  t.is(
    text,
    'wildstyle: resources-exhausted: /x.js: the system has no memory, processes or file descriptors left (EMFILE)\n' +
      '  Close other programs, raise the limits (ulimit), or lower run.workers; then run again\n',
  );
  text = '';
  t.is(reportFailure(new TypeError('x is not a function'), stream), 2);
  t.regex(text, /^wildstyle: internal: x is not a function\nTypeError: x is not a function\n/);
});
