/** The engine of a run: says which one it is, where the job leaves it open. @module */
import { isAuto } from '../../auto.js';
import type { IndexedRecord } from '../../dataset/ledger/record-index.js';
import { readRecords } from '../../dataset/ledger/record-reader.js';
import { withFillingBatch } from '../estimate/filling-batch.js';
import type { Workload } from '../estimate/workload.js';
import type { Prepared } from '../preparing/prepare.js';
import type { RunEvent } from '../progress/events.js';
import { chosenEngine, type EngineChoice, withChosenEngine, withoutSteps } from './engine-choice.js';

/**
 * Returns the prepared job with the engine of this run, and on a GPU with its batch. A run without stylized images needs
 * none.
 * @param records what is in the output folder: a run that is resumed keeps the engine of its images
 * @throws `engine-unavailable` if no engine computes correctly
 */
export async function withEngine(
  prepared: Prepared,
  { recipe }: Pick<Workload, 'recipe'>,
  records: Iterable<IndexedRecord>,
  onEvent: (event: RunEvent) => void,
): Promise<Prepared> {
  const { run } = prepared.job;
  const filled = (ready: Prepared): Promise<Prepared> | Prepared =>
    recipe ? withFillingBatch(ready, recipe, { onMeasure: () => onEvent({ type: 'filling' }) }) : ready;
  if (!isAuto(run.engine) && !isAuto(run.precision)) return filled(prepared);
  if (!recipe) return { ...prepared, job: { ...prepared.job, run: { ...run, ...withoutSteps } } };
  onEvent({ type: 'choosing' });
  const stylized = [...records].filter(({ kind, status }) => kind === 'stylized' && status === 'complete');
  let faster: EngineChoice | undefined;
  const job = await withChosenEngine(prepared.job, {
    records: readRecords(stylized),
    onFaster: (choice) => {
      faster = choice;
    },
  });
  onEvent({ type: 'engine', ...chosenEngine(job.run), ...(faster && { faster }) });
  return filled({ ...prepared, job });
}
