import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { wildstyle } from '../support/command-line.js';
import { summaryOf } from '../support/dataset-tree.js';
import { smallImage } from '../support/small-images.js';
import { smallJob } from '../support/small-job.js';

const environment = { ...process.env };
test.afterEach.always(() => {
  process.env.XDG_CACHE_HOME = environment.XDG_CACHE_HOME ?? '';
});

test.serial(
  'images that change or disappear after planning fail individually; --retry-failed makes them',
  async (t) => {
    const job = await smallJob({ sampling: { stylesPerContent: 1 } });
    t.teardown(job.remove);
    process.env.XDG_CACHE_HOME = job.cache;
    const prepared = await prepare(await loadJob(job.file));
    const [changed, gone] = ['ponds/rings.png', 'zebras/stripes.png'];
    const [kept, hidden] = [join(job.folder, 'kept.png'), join(job.folder, 'hidden.png')];
    await rename(join(job.contentRoot, changed), kept);
    await job.put(`content/${changed}`, await smallImage('noise', 33).png().toBuffer());
    await rename(join(job.contentRoot, gone), hidden);

    const result = await runPlan(prepared);
    t.deepEqual(result.counts.errors, { 'image-changed': 2, 'image-missing': 2 });
    t.true(result.tooManyFailures);
    const codes = (await readManifest(job.out)).flatMap((record) =>
      record.status === 'failed' ? [[record.sources.content?.path, record.error.code]] : [],
    );
    t.deepEqual(codes.sort(), [
      [changed, 'image-changed'],
      [changed, 'image-changed'],
      [gone, 'image-missing'],
      [gone, 'image-missing'],
    ]);

    // The original files are back, so the plan is the same.
    await rm(join(job.contentRoot, changed));
    await rename(kept, join(job.contentRoot, changed));
    await rename(hidden, join(job.contentRoot, gone));
    const unasked = await wildstyle(['run', job.file], job);
    t.is(unasked.exitCode, 1);
    t.regex(
      unasked.stdout,
      /^4 failed \(2 image-changed, 2 image-missing\); see .*manifest\.jsonl\. To retry, run again with --retry-failed\. If you replaced input images, add --extend\.$/m,
    );
    const retried = await wildstyle(['run', job.file, '--retry-failed'], job);
    t.is(retried.exitCode, 0, retried.stderr);
    t.regex(retried.stdout, /^\S+Z 8 images already exist\. Making 2 stylized images and 2 originals/m);
    t.like(await summaryOf(job.out), {
      status: 'complete',
      counts: { items: 12, complete: 12, failed: 0, errors: {} },
    });
    t.is((await wildstyle(['verify', job.out], job)).exitCode, 0);
  },
);
