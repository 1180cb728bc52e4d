/** `wildstyle verify --repair`: remakes missing or damaged files of a dataset. @module */
import { relative, resolve } from 'node:path';
import { loadJob } from '../../../job/load.js';
import { prepare } from '../../../run/preparing/prepare.js';
import type { RunEvent } from '../../../run/progress/events.js';
import { recordedJob } from '../../../run/repair/recorded-job.js';
import { type RepairResult, repairDataset } from '../../../run/repair/repair.js';
import { setAsideFolder } from '../../../run/repair/set-aside.js';
import { exitCodes } from '../../failure.js';
import { print, printJson } from '../../terminal/output.js';
import { progressView } from '../../terminal/progress-bar.js';
import { stopSignals } from '../../terminal/signals.js';
import { problemLine } from '../../text/problem-line.js';
import { eventText } from '../../text/run-text.js';

/** Repairs a dataset. @returns the exit code */
export async function repairCommand(
  dir: string,
  { job, json }: { readonly job: string | undefined; readonly json: boolean },
): Promise<number> {
  const root = resolve(dir);
  const signals = stopSignals();
  const view = json ? undefined : progressView(process.stdout);
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'progress') view?.update(event.progress);
    const text = eventText(event);
    if (text) view?.print(text);
  };
  try {
    const prepared = async () =>
      prepare(
        job === undefined
          ? await recordedJob(root)
          : await loadJob(job, { overrides: [{ shown: dir, path: ['output', 'root'], value: root }] }),
      );
    const { drain, abandon } = signals;
    const result = await repairDataset(root, prepared, { onEvent, drain, abandon });
    view?.stop();
    if (json) printJson(resultJson(result));
    else print(resultText(result, root, dir));
    if (result.run && result.run.counts.pending > 0 && result.run.stoppedBy !== 'max-images')
      return exitCodes.stopped;
    return result.left.length > 0 ? exitCodes.failures : exitCodes.complete;
  } finally {
    view?.stop();
    signals.dispose();
  }
}

function resultJson({ found, setAside, lost, left, run, isSameResult }: RepairResult): object {
  return { found, setAside, lost, left, pending: run?.counts.pending ?? 0, sameResult: isSameResult ?? null };
}

function resultText(
  { found, setAside, lost, left, run, isSameResult }: RepairResult,
  root: string,
  dir: string,
): string {
  if (!run) return `${dir}: no differences.`;
  const folder = relative(process.cwd(), setAsideFolder(root));
  const lines = found.map(problemLine);
  if (setAside.length > 0) lines.push(`Moved to ${folder}: ${setAside.length} files.`);
  for (const file of lost)
    lines.push(`lost: ${file} comes from an earlier job, and this one cannot remake it.`);
  if (isSameResult === false)
    lines.push(
      'note: digests.result has changed. Images made on another kind of machine or with another run.batch differ in the last digits; records of an altered manifest may differ in what no image shows, such as losses.',
    );
  lines.push(...left.map((problem) => `left: ${problemLine(problem)}`));
  const pending = run.counts.pending > 0 ? ` ${run.counts.pending} images remain to be made.` : '';
  lines.push(
    left.length === 0
      ? `${dir}: repaired, no differences.${pending}`
      : `${dir}: ${left.length} differences remain.${pending}`,
  );
  return lines.join('\n');
}
