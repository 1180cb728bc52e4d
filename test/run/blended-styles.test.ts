/** A run whose images blend two styles. @module */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { smallJob } from '../support/small-job.js';

test('the manifest has every style with its share, and the metadata have a column', async (t) => {
  const job = await smallJob({
    sampling: { stylesPerContent: 1, keepOriginals: false, limit: 3 },
    recipe: { style: { mix: { style: 1, style2: { uniform: [0.5, 1] } } } },
  });
  t.teardown(() => job.remove());
  const { status } = await runPlan(await prepare(await loadJob(job.file)));
  t.is(status, 'complete');
  let records = 0;
  for (const record of await readManifest(job.out)) {
    const { sources, applied } = record as unknown as {
      sources: Record<string, { path: string; sha256: string }>;
      applied: { style: { mix: number[] } };
    };
    const { style, style2 } = sources;
    t.not(style.sha256, style2.sha256);
    const metadata = await readFile(join(job.out, 'train', 'metadata.jsonl'), 'utf8');
    const row = metadata
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .find(({ id }) => id === record.id);
    const [share, share2] = applied.style.mix;
    t.deepEqual(JSON.parse(row.styles), [
      { path: style.path, share },
      { path: style2.path, share: share2 },
    ]);
    records++;
  }
  t.is(records, 3);
  const verification = await verifyDataset(job.out);
  t.deepEqual(verification.problems, []);
});
