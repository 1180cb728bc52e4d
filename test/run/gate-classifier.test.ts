/** A job whose gate asks the user's own classifier. @module */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import type { GateFacts } from '../../src/dataset/ledger/gate-record.js';
import { readManifest } from '../../src/dataset/ledger/manifest.js';
import { isStylized } from '../../src/dataset/ledger/record-kinds.js';
import { readSummary } from '../../src/dataset/summary.js';
import { verifyDataset } from '../../src/dataset/verify/verify.js';
import { sha256 } from '../../src/files/digest.js';
import { loadJob } from '../../src/job/load.js';
import { prepare } from '../../src/run/preparing/prepare.js';
import { recordedJob } from '../../src/run/repair/recorded-job.js';
import { runPlan } from '../../src/run/run.js';
import { readPage } from '../report/page/page-parts.js';
import { type SmallJob, smallJob } from '../support/small-job.js';
import { byColor, tinyClassifier } from '../support/tiny-classifier.js';

const colors = { red: [200, 60, 60], green: [60, 200, 60], blue: [60, 60, 200] } as const;
const classifier = { model: 'tiny.onnx', labels: 'labels.txt', size: 8, mean: [0, 0, 0], std: [1, 1, 1] };

/** Two pictures in each of three classes, named after their color, that take the color of a blue style. */
async function colorJob(gate: object = {}, labels = 'red\ngreen\nblue\n'): Promise<SmallJob> {
  const job = await smallJob({
    content: { root: 'colors', similar: false },
    style: { root: 'blues' },
    sampling: { stylesPerContent: 1, keepOriginals: false },
    recipe: { method: 'colorTransfer' },
    gate: { classifier, attempts: 3, ...gate },
  });
  const picture = (rgb: readonly number[], variant: number) => {
    const data = Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => rgb[i % 3] + ((i * (variant + 3)) % 40));
    return sharp(data, { raw: { width: 32, height: 32, channels: 3 } })
      .png()
      .toBuffer();
  };
  for (const [name, rgb] of Object.entries(colors))
    for (const variant of [0, 1]) await job.put(`colors/${name}/${variant}.png`, await picture(rgb, variant));
  await job.put('blues/blue.png', await picture(colors.blue, 7));
  await job.put('tiny.onnx', tinyClassifier({ weights: byColor }));
  await job.put('labels.txt', labels);
  process.env.XDG_CACHE_HOME = job.cache;
  return job;
}

const plan = async (job: SmallJob) => prepare(await loadJob(job.file));

test('what takes the color of the style is caught, and keeps its label with less of it', async (t) => {
  const job = await colorJob();
  t.teardown(job.remove);
  await runPlan(await plan(job));
  const records = (await readManifest(job.out)).filter(isStylized) as unknown as {
    label: string;
    gate: GateFacts;
    applied: { blend: number };
  }[];
  t.is(records.length, 6);
  for (const { label, gate } of records) {
    t.is(gate.verdict, 'kept');
    t.is(gate.seen, label);
    t.is(gate.attempts[0].seen, 'blue');
    t.is(gate.attempts.length > 1, label !== 'blue');
    t.true(gate.before > 0.9 && gate.after > 0.5);
  }
  // Retries bring the share of labels kept from a third to all.
  t.like((await readSummary(job.out))?.counts.gate, { judged: 6, first: 2, kept: 6 });
  const { data, html } = await readPage(job.out);
  for (const { label, verdict, gate } of data.rows) {
    t.is(verdict, 'kept');
    t.is(gate?.seen, label ?? '');
    t.is(gate?.attempts.length === 1, label === 'blue');
  }
  t.true(html.includes('id="filter-verdict"'));
  for (const caption of ['By class', 'By style']) t.true(html.includes(`<caption>${caption}`));
  t.false(html.includes('<caption>By strength'), 'the method has none');
  t.regex(
    html,
    /<bdi>red<\/bdi><\/th><td class="number">2<\/td><td class="number">0%<\/td><td class="number">100%</,
  );
  const { job: recorded } = JSON.parse(await readFile(join(job.out, 'dataset.json'), 'utf8'));
  t.is(recorded.gate.classifier.sha256, sha256(await readFile(join(job.folder, 'tiny.onnx'))));
  t.is((await runPlan(await plan(job))).status, 'nothing');
  t.deepEqual((await verifyDataset(job.out)).problems, []);
  t.is(typeof (await recordedJob(job.out)).gate?.classifier, 'object');
});

test('another classifier makes other images; another path of the same one does not', async (t) => {
  const job = await colorJob();
  t.teardown(job.remove);
  const { digest } = (await plan(job)).plan;
  const model = await readFile(join(job.folder, 'tiny.onnx'));
  await job.put('moved.onnx', model);
  const text = await readFile(job.file, 'utf8');
  await job.put('job.yaml', text.replace('tiny.onnx', 'moved.onnx'));
  t.is((await plan(job)).plan.digest, digest);
  await job.put(
    'moved.onnx',
    tinyClassifier({ weights: byColor.map((row) => row.map((value) => 2 * value)) }),
  );
  const changed = (await plan(job)).plan;
  t.not(changed.digest, digest);
  await job.put('moved.onnx', model);
  await job.put('labels.txt', 'blue\ngreen\nred\n');
  t.not((await plan(job)).plan.digest, digest);
});

test('a classifier that cannot judge is refused before anything is made', async (t) => {
  const job = await colorJob({}, 'red\ngreen\nteal\n');
  t.teardown(job.remove);
  await t.throwsAsync(plan(job), {
    code: 'classifier-invalid',
    message: /lacks 1 of the classes of the job: blue/,
  });
  await job.put('labels.txt', 'red\n\ngreen\nblue\n');
  await t.throwsAsync(plan(job), { code: 'classifier-invalid', message: /labels\.txt:2: the line is empty/ });
  // Labels in another order: it takes red for blue.
  await job.put('labels.txt', 'blue\r\ngreen\r\nred\r\n');
  await t.throwsAsync(
    plan(job).then((each) => runPlan(each)),
    {
      code: 'gate-weak',
      message: /The classifier is too weak to judge: of 6 originals, it recognizes 33%/,
    },
  );
  await t.throwsAsync(readFile(join(job.out, 'metadata.jsonl')), { code: 'ENOENT' });
  await rm(join(job.folder, 'tiny.onnx'));
  await t.throwsAsync(plan(job), {
    code: 'classifier-invalid',
    message: /gate\.classifier\.model: .*tiny\.onnx does not exist/,
  });
});
