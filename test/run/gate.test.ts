/** A job with a gate: planted failures are caught, tried again, and kept, blended or dropped. @module */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { resultText } from '../../src/cli/text/run-text.js';
import type { GateFacts } from '../../src/dataset/ledger/gate-record.js';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { readSummary } from '../../src/dataset/summary.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { runPlan } from '../../src/run/run.js';
import { smallImage } from '../support/small-images.js';
import { type SmallJob, smallJob } from '../support/small-job.js';

/** Eight pictures in each of three classes that are easy to tell apart. */
async function gatedJob(gate: object, recipe: object, more: object = {}): Promise<SmallJob> {
  const job = await smallJob({
    ...more,
    content: { root: 'motifs', similar: false },
    sampling: { stylesPerContent: 1, keepOriginals: false },
    // Its weights come with the package; random ones are drawn and calibrated anew in every process.
    recipe: { method: 'none', network: 'compact', ...recipe },
    gate,
  });
  for (const motif of ['rings', 'stripes', 'noise'] as const)
    for (let i = 0; i < 8; i++)
      await job.put(
        `motifs/${motif}/${i}.png`,
        await smallImage(motif, 40 + i)
          .png()
          .toBuffer(),
      );
  return job;
}

type Gated = {
  readonly status: string;
  readonly gate?: GateFacts;
  readonly split?: string;
  readonly drawn: { augment?: unknown; blend: number };
};
const recordsOf = async (job: SmallJob) => (await readManifest(job.out)) as unknown as Gated[];
const run = async (job: SmallJob) => runPlan(await prepare(await loadJob(job.file)));

/** A flat image has nothing of its class. */
const destroyed = { augment: { after: { cutout: { size: { choice: [0, 1] } } } } };

test('planted failures are caught, and nothing else', async (t) => {
  const job = await gatedJob({ attempts: 2 }, destroyed);
  process.env.XDG_CACHE_HOME = job.cache;
  try {
    await run(job);
    const records = await recordsOf(job);
    const judged = records.filter(({ gate }) => gate?.verdict !== 'unjudged');
    t.true(judged.length > 16, `${judged.length}`);
    const [bad, good] = [true, false].map((is) =>
      judged.filter(({ drawn }) => (drawn.augment !== undefined) === is),
    );
    const caught = bad.filter(({ gate }) => gate?.attempts[0].seen !== undefined && gate.verdict === 'lost');
    const alarms = good.filter(({ gate }) => gate?.verdict !== 'kept');
    t.log(`recall ${caught.length} of ${bad.length}, false alarms ${alarms.length} of ${good.length}`);
    t.true(caught.length >= 0.9 * bad.length, `${caught.length} of ${bad.length}`);
    t.true(alarms.length <= 1, `${alarms.length}`);
    t.true(caught.every(({ gate }) => gate?.attempts.length === 2));
    const counts = (await readSummary(job.out))?.counts.gate;
    t.is(counts?.judged, judged.length);
    t.is(counts?.kept, judged.filter(({ gate }) => gate?.verdict === 'kept').length);
    t.regex(await readFile(join(job.out, 'README.md'), 'utf8'), /still show their class/);
    t.deepEqual((await verifyDataset(job.out)).problems, []);
  } finally {
    await job.remove();
  }
});

test('what is lost is blended or dropped, as the job says, and a dropped image is no failure', async (t) => {
  for (const otherwise of ['blend', 'drop'] as const) {
    const job = await gatedJob({ attempts: 1, otherwise, blend: 0.05 }, destroyed);
    process.env.XDG_CACHE_HOME = job.cache;
    try {
      const result = await run(job);
      const verdicts = (await recordsOf(job)).flatMap(({ status, gate }) =>
        gate ? [`${status} ${gate.verdict}`] : [],
      );
      const expected = otherwise === 'blend' ? 'complete blended' : 'failed dropped';
      t.true(verdicts.filter((verdict) => verdict === expected).length > 4, verdicts.join());
      t.false(verdicts.some((verdict) => /lost/.test(verdict)));
      t.false(result.tooManyFailures);
      const text = resultText(result);
      t.is(/left out by the gate \(label-lost\)/.test(text), otherwise === 'drop', text);
      t.notRegex(text, /failed|--retry-failed/);
      t.is((await run(job)).status, 'nothing');
      t.deepEqual((await verifyDataset(job.out)).problems, []);
    } finally {
      await job.remove();
    }
  }
});

test('with splits, the probe learns from train alone, and robustness sets are not judged', async (t) => {
  const split = { shares: { train: 0.75, test: 0.25 }, robustness: ['test'] };
  const job = await gatedJob({ attempts: 1, otherwise: 'drop' }, destroyed, { split });
  process.env.XDG_CACHE_HOME = job.cache;
  try {
    await run(job);
    const records = await recordsOf(job);
    const of = (name: string) => records.filter(({ split }) => split === name);
    const { probe } = JSON.parse(await readFile(join(job.out, '.wildstyle/probe.json'), 'utf8'));
    t.is(probe.examples, 18);
    t.is(of('train').length, 18);
    t.true(of('train').every(({ gate }) => gate !== undefined));
    t.true(of('train').some(({ status }) => status === 'failed'));
    t.is(of('test_stylized').length, 6);
    t.true(of('test_stylized').some(({ drawn }) => drawn.augment !== undefined));
    t.true(of('test_stylized').every(({ status, gate }) => status === 'complete' && gate === undefined));
  } finally {
    await job.remove();
  }
});

test('the same probe and verdicts after the working folder is gone, and in two shards', async (t) => {
  const job = await gatedJob({ attempts: 2 }, destroyed);
  process.env.XDG_CACHE_HOME = job.cache;
  try {
    await run(job);
    const facts = async () => (await recordsOf(job)).map(({ gate }) => gate);
    const before = await facts();
    await rm(job.out, { recursive: true });
    const prepared = await prepare(await loadJob(job.file));
    for (const index of [1, 2]) await runPlan(prepared, { shard: { index, count: 2 } });
    const probe = await readFile(join(job.out, '.wildstyle/probe.json'), 'utf8');
    t.true(probe.length > 1000);
    await rm(job.out, { recursive: true });
    await run(job);
    t.deepEqual(await facts(), before);
    t.is(await readFile(join(job.out, '.wildstyle/probe.json'), 'utf8'), probe);
  } finally {
    await job.remove();
  }
});

test('a probe that recognizes too little is refused', async (t) => {
  const job = await gatedJob({ accuracy: 0.95 }, {});
  process.env.XDG_CACHE_HOME = job.cache;
  try {
    // Noise in two classes cannot be told apart.
    for (let i = 0; i < 8; i++)
      await job.put(
        `motifs/${i % 2 === 0 ? 'noise' : 'noise2'}/more${i}.png`,
        await smallImage('noise', 60 + i)
          .png()
          .toBuffer(),
      );
    await t.throwsAsync(run(job), { code: 'gate-weak', message: /too weak to judge: of 32 originals/ });
  } finally {
    await job.remove();
  }
});
