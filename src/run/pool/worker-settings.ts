/** Builds the settings of the workers. @module */
import { maskRootsOf } from '../../inventory/masks.js';
import { devicesOf } from '../engines/devices.js';
import { chosenEngine } from '../engines/engine-choice.js';
import { type Allocation, graphBytesOf, thisMachine } from '../estimate/machine.js';
import type { Prepared } from '../preparing/prepare.js';
import type { WorkerSettings } from './protocol.js';

/** Where a worker may write; absent if it only measures. */
export type WorkerOutput = Pick<WorkerSettings, 'journal' | 'lockFile' | 'temporaryFolder'>;

/** Returns the settings of one worker. @param worker its number: workers take turns on the devices */
export function workerSettings(
  { job, weightsFiles, openGate }: Prepared,
  allocation: Allocation,
  { journal, lockFile, temporaryFolder }: WorkerOutput = { journal: '', lockFile: '', temporaryFolder: '' },
  worker = 0,
): WorkerSettings {
  const { content, style, output, run, gate } = job;
  const devices = devicesOf(run);
  return {
    ...chosenEngine(run),
    device: devices[worker % devices.length],
    threads: allocation.threads,
    batch: run.batch,
    graphBytes: graphBytesOf(thisMachine(), allocation.workers),
    weightsFiles,
    roots: { content: content.root, style: style.root },
    maskRoots: maskRootsOf(job),
    categoryNames: content.annotations?.names ?? [],
    ...(gate && openGate && { gate: { ...openGate, rules: gate } }),
    outputRoot: output.root,
    format: output.format,
    quality: output.quality,
    maximumPixels: run.inputLimits.maxPixels,
    journal,
    lockFile,
    temporaryFolder,
  };
}
