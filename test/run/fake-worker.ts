/**
 * A worker that makes no images and dies on purpose. The name of the content image determines what happens to an item:
 * `die` ends the process every time, `die-once` only the first time, `starve-N` unless it makes at most N images together, `hang-once` stops it the first time, `big` says that it uses
 * much memory, and `slow` takes a while; any other item is reported as done. The worker appends its actions, one word per line, to a file next to its journal.
 * @module
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Attempt, ItemRecord } from '../../src/dataset/ledger/record.js';
import type { OriginalItem, PlanItem } from '../../src/plan/item.js';
import { originalRecord } from '../../src/run/item/item-record.js';
import type { FromWorker, ToWorker } from '../../src/run/pool/protocol.js';

const image = { sha256: '0'.repeat(64), widthPx: 32, heightPx: 32 };
let notes = '';
let draining = false;
let together = 1;

const send = (message: FromWorker) => process.send?.(message);
const note = (word: string) => appendFileSync(notes, `${word}\n`);
const times = (word: string) =>
  existsSync(notes)
    ? readFileSync(notes, 'utf8')
        .split('\n')
        .filter((line) => line === word).length
    : 0;

function end(reason: string): void {
  process.stderr.write(`${reason}\n`, () => process.kill(process.pid, 'SIGKILL'));
}

/** Returns the record of an original, for items of any kind. */
function record(item: PlanItem, earlier: readonly Attempt[]): ItemRecord {
  return originalRecord({ ...item, kind: 'original' } as OriginalItem, image, {}, earlier);
}

function make(item: PlanItem, earlier: readonly Attempt[]): void {
  const name = basename(item.sources.content.path);
  note(name);
  if (name.startsWith('die-once') && times(name) > 1) send({ type: 'done', record: record(item, earlier) });
  else if (name.startsWith('hang-once') && times(name) > 1)
    send({ type: 'done', record: record(item, earlier) });
  else if (Number(/^starve-(\d)/.exec(name)?.[1]) < together) end('starving');
  else if (name.startsWith('hang')) process.kill(process.pid, 'SIGSTOP');
  else if (name.startsWith('die')) end(`cannot bear ${name}`);
  else if (draining) send({ type: 'dropped', id: item.id });
  else {
    const rssBytes = name.startsWith('big') && times('start') === 1 ? 9e9 : 1e6;
    const answer = () => send({ type: 'done', record: record(item, earlier), rssBytes });
    setTimeout(answer, name.startsWith('slow') ? 300 : 5);
  }
}

process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToWorker) => {
  if (message.type === 'start') {
    notes = `${message.settings.journal}.notes`;
    mkdirSync(dirname(notes), { recursive: true });
    note('start');
    together = message.settings.maximumBatch ?? Number(message.settings.batch);
    if (message.settings.device === 'broken') return end('no such library');
    if (message.settings.device === 'broken-once' && times('start') === 1) return end('an accident');
    send({ type: 'ready' });
  } else if (message.type === 'item') make(message.item, message.earlier);
  else if (message.type === 'calibrate') {
    note('calibrate');
    if ('steps' in message.recipe && message.recipe.steps === 13 && times('calibrate') === 1)
      end('an accident');
    else send({ type: 'calibrated', measured: { steps: 3, pixelSteps: 30, ms: 6 } });
  } else if (message.type === 'drain') draining = true;
  else process.exit(0);
});
