/** The option `--shard`. @module */
import { WildstyleError } from '../../errors.js';
import { parseShard, type Shard } from '../../plan/shard.js';

type Environment = Readonly<Record<string, string | undefined>>;

const schedulers = 'SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or AWS_BATCH_JOB_ARRAY_INDEX';

/**
 * Reads a shard: `0/3`, or `auto` and `auto/3`, where the index comes from the environment of a Slurm array, an indexed
 * Kubernetes job or an array of AWS Batch. Without a count, `auto` takes it from there, too: Slurm and AWS Batch have it.
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
      ? `--shard ${text}: Kubernetes does not tell the count. Add it: --shard auto/N.`
      : `--shard ${text}: there is no ${schedulers} in the environment.`,
  );
}

function fromEnvironment(environment: Environment, count: string | undefined): string | undefined {
  const slurm = environment.SLURM_ARRAY_TASK_ID;
  if (slurm !== undefined) {
    // With a count, the indexes are those of shards: an array of the shards that are left has fewer tasks.
    if (count !== undefined) return `${slurm}/${count}`;
    const first = Number(environment.SLURM_ARRAY_TASK_MIN ?? 0);
    const step = Number(environment.SLURM_ARRAY_TASK_STEP ?? 1) || 1;
    const total = environment.SLURM_ARRAY_TASK_COUNT;
    return total === undefined ? undefined : `${(Number(slurm) - first) / step}/${total}`;
  }
  const kubernetes = environment.JOB_COMPLETION_INDEX;
  if (kubernetes !== undefined) return count === undefined ? undefined : `${kubernetes}/${count}`;
  const aws = environment.AWS_BATCH_JOB_ARRAY_INDEX;
  const size = count ?? environment.AWS_BATCH_JOB_ARRAY_SIZE;
  return aws === undefined || size === undefined ? undefined : `${aws}/${size}`;
}

const invalid = (message: string) => new WildstyleError('option-invalid', message);
