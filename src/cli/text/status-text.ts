/** Formats the status of a folder as text. @module */
import { formatInstant, localZone } from '../../calendar/zone.js';
import type { FolderStatus } from '../../dataset/status/folder-status.js';
import { formatDuration, formatNumber } from '../format.js';

const stateWords: Readonly<Record<FolderStatus['state'], string>> = {
  starting: 'starting',
  running: 'running',
  draining: 'stopping',
  finishing: 'writing the manifest',
  stopped: 'stopped; run the job again to continue',
  complete: 'complete',
  failed: 'ended with an error',
  interrupted: 'interrupted unexpectedly; run the job again to continue',
  damaged: 'damaged',
};

/** Returns the text that `wildstyle status` prints. @param folder as the user knows it */
export function statusText(status: FolderStatus, folder: string, nowMs: number): string {
  const { state, items, complete, failed, pending, errors, missing, run } = status;
  const { 'label-lost': dropped = 0, ...failures } = errors;
  const codes = Object.entries(failures).map(([code, number]) => `${number} ${code}`);
  const missingText = [
    ...(failed > dropped ? [`, ${failed - dropped} failed (${codes.join(', ')})`] : []),
    ...(dropped > 0 ? [`, ${dropped} left out by the gate`] : []),
  ].join('');
  const lines = [
    `${folder}: ${stateWords[state]}${missing ? `: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing; wildstyle verify ${folder} shows what can be done` : ''}`,
    `Images   ${complete} of ${items} done, ${pending} left${missingText}`,
  ];
  for (const shard of status.shards ?? []) {
    lines.push(
      `Shard    ${shard.shard}: ${stateWords[shard.state]}, ${shard.complete} of ${shard.items} done`,
    );
  }
  if (status.shards?.every((shard) => shard.state === 'complete'))
    lines.push(`When all shards are done: wildstyle merge ${folder}`);
  if (!run) return lines.join('\n');
  const { pid, host, startedAt, updatedAt, remainingMs, workers } = run;
  const zone = localZone();
  const [started, updated] = [startedAt, updatedAt].map((at) => Date.parse(at));
  const isOver = ['complete', 'stopped', 'failed', 'damaged'].includes(state);
  lines.push(
    isOver
      ? `Run      ended ${formatInstant(zone, updated)} after ${formatDuration(Math.max(0, updated - started))}`
      : `Run      process ${pid} on ${host}, since ${formatInstant(zone, started)}, last heard from ${formatDuration(Math.max(0, nowMs - updated))} ago`,
  );
  if (run.error) lines.push(`Error    ${run.error.code}: ${run.error.message}`);
  if (run.stoppedBy) lines.push(`Stopped  by ${run.stoppedBy}`);
  if (state === 'running' || state === 'draining') {
    const left = remainingMs === null ? 'estimating' : `${formatDuration(remainingMs)} left`;
    const { totalSteps = 0, doneSteps = 0, workersBusy } = run;
    if (totalSteps > 0)
      lines.push(
        `Steps    ${doneSteps} of ${totalSteps} of this run (${Math.floor((100 * doneSteps) / totalSteps)}%)`,
      );
    lines.push(`Rate     ${rateText(run)}, ${left}`);
    if (run.deadline)
      lines.push(`Ends     ${formatInstant(zone, Date.parse(run.deadline.at))} (${run.deadline.cause})`);
    const each = workers.map(({ pid: worker, items: load }) => `${worker ?? 'starting'} with ${load}`);
    const busy = workersBusy === undefined ? '' : `; busy ${Math.round(100 * workersBusy)}% of the time`;
    if (workers.length > 0) lines.push(`Workers  ${workers.length}: ${each.join(', ')}${busy}`);
  }
  lines.push(
    ...run.lastErrors.map(
      ({ image, code, message }) =>
        `${code === 'label-lost' ? 'Dropped ' : 'Failed  '} ${image}: ${code}: ${message}`,
    ),
  );
  return lines.join('\n');
}

/** A run without steps may make only originals. */
function rateText({
  itemsPerMinute,
  stylizedPerMinute,
  totalSteps,
}: NonNullable<FolderStatus['run']>): string {
  return stylizedPerMinute !== undefined && (stylizedPerMinute > 0 || totalSteps)
    ? `${formatNumber(stylizedPerMinute)} stylized images per minute`
    : `${formatNumber(itemsPerMinute)} images per minute`;
}
