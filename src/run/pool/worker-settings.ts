/** Builds the settings of the workers. @module */
import { outputPaths } from '../../dataset/output-paths.js';
import { type Allocation, graphBytesOf, thisMachine } from '../estimate/machine.js';
import type { Prepared } from '../prepare.js';
import type { WorkerSettings } from './protocol.js';

/** Returns the settings of one worker. @param worker index of the worker */
export function workerSettings(
  { job, weightsFiles }: Prepared,
  allocation: Allocation,
  worker: number,
): WorkerSettings {
  const { content, style, output, run } = job;
  return {
    engine: run.engine,
    device: run.device,
    threads: allocation.threads,
    batch: run.batch,
    graphBytes: graphBytesOf(thisMachine(), allocation.workers),
    weightsFiles,
    roots: { content: content.root, style: style.root },
    outputRoot: output.root,
    format: output.format,
    quality: output.quality,
    maximumPixels: run.inputLimits.maxPixels,
    journal: outputPaths(output.root).journal(worker),
  };
}
