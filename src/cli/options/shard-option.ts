/** The option `--shard`. @module */
import { findShards } from '../../dataset/shards/shard-folders.js';
import { WildstyleError } from '../../errors.js';
import { parseShard, type Shard } from '../../plan/shard.js';

type Environment = Readonly<Record<string, string | undefined>>;

const schedulers = 'SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or AWS_BATCH_JOB_ARRAY_INDEX';

/** Reads shards of one count: `0,4,8/12`. @throws `option-invalid` */
export function readShards(text: string): Shard[] {
  const [indexes = '', count, ...more] = text.split('/');
  const shards = indexes.split(',').map((index) => parseShard(`${index}/${count}`));
  const known = shards.filter((shard) => shard !== undefined);
  if (more.length === 0 && known.length === shards.length) return known;
  throw invalid(`--shards must be indexes and a count, such as 0,4,8/12, not ${text}.`);
}

/**
 * Reads a shard: `0/3`, or `auto` and `auto/3`, where the index comes from the environment of a Slurm array, an indexed
 * Kubernetes job or an array of AWS Batch. Without a count, `auto` takes it from there, too: Slurm and AWS Batch have it.
 * The index of a task is that of its shard; so of a Slurm array, `auto` accepts only one that counts all shards from 0.
 * @throws `option-invalid`
 */
export function readShard(text: string, environment: Environment): Shard {
  const [, count] = /^auto(?:\/(\d{1,6}))?$/.exec(text) ?? [];
  if (!text.startsWith('auto')) {
    const shard = parseShard(text);
    if (shard) return shard;
    throw invalid(
      `--shard must be an index and a count, such as 0/3 for the first of three, or auto, not ${text}.`,
    );
  }
  const found = fromEnvironment(environment, count);
  const shard = found && parseShard(found);
  if (shard) return shard;
  if (found) throw invalid(`--shard ${text}: the environment says ${found}, which is not a shard.`);
  const countMissing = environment.JOB_COMPLETION_INDEX !== undefined;
  throw invalid(
    countMissing
      ? `--shard ${text}: Kubernetes does not provide the count. Add it: --shard auto/N.`
      : `--shard ${text}: there is no ${schedulers} in the environment.`,
  );
}

function fromEnvironment(environment: Environment, count: string | undefined): string | undefined {
  const slurm = environment.SLURM_ARRAY_TASK_ID;
  if (slurm !== undefined) {
    // With a count, the indexes are those of shards: an array of the shards that are left has fewer tasks.
    if (count !== undefined) return `${slurm}/${count}`;
    const total = environment.SLURM_ARRAY_TASK_COUNT;
    if (total !== undefined) assertWholeArray(environment, Number(total));
    return total === undefined ? undefined : `${slurm}/${total}`;
  }
  const kubernetes = environment.JOB_COMPLETION_INDEX;
  if (kubernetes !== undefined) return count === undefined ? undefined : `${kubernetes}/${count}`;
  const aws = environment.AWS_BATCH_JOB_ARRAY_INDEX;
  const size = count ?? environment.AWS_BATCH_JOB_ARRAY_SIZE;
  return aws === undefined || size === undefined ? undefined : `${aws}/${size}`;
}

/**
 * Checks that the count that a scheduler gives is that of the shards already in the output folder: tasks 0 to 3 of
 * an array of 16, submitted again, look like an array of 4.
 * @throws `option-invalid`
 */
export async function assertSameCount(root: string, { count }: Shard): Promise<void> {
  const other = (await findShards(root)).find(({ shard }) => shard.count !== count)?.shard;
  if (!other) return;
  throw invalid(
    `--shard auto: the scheduler says ${count} shards, but ${root} has shards for a count of ${other.count}. Choose one: --shard auto/${other.count}, or auto/${count}.`,
  );
}

/** Tasks that were submitted again would take themselves for an array of all shards: one task would make everything. */
function assertWholeArray(environment: Environment, count: number): void {
  const { SLURM_ARRAY_TASK_MIN: first = '0', SLURM_ARRAY_TASK_MAX: last = `${count - 1}` } = environment;
  if (count > 1 && Number(first) === 0 && Number(last) === count - 1) return;
  const given = count === 1 ? `one task, ${first}` : `${count} tasks, ${first} to ${last}`;
  throw new WildstyleError(
    'option-invalid',
    `--shard auto: the Slurm array has ${given}, which does not say how many shards the job has.`,
    {
      cure: 'Give the number of shards: --shard auto/N. Without it, the array must be 0 to N-1, as in sbatch --array=0-15.',
    },
  );
}

const invalid = (message: string) => new WildstyleError('option-invalid', message);
