/** `wildstyle plan`: shows what a job will create, without creating it. @module */
import { resolve } from 'node:path';
import { asWildstyleError } from '../../errors.js';
import { loadJob } from '../../job/load.js';
import { describePlan, type PlanFindings } from '../../run/describe.js';
import { estimatePlan } from '../../run/estimate/estimate-plan.js';
import { findDuplicates } from '../../run/preparing/find-images.js';
import { findPendingWork } from '../../run/preparing/pending-work.js';
import { type Prepared, prepare } from '../../run/preparing/prepare.js';
import type { CommandBody } from '../command-list.js';
import { type JobArguments, overridesOf, withJobOptions } from '../options/options.js';
import { duplicatesText, planText } from '../plan-text.js';
import { print, printJson } from '../terminal/output.js';

interface PlanArguments extends JobArguments {
  readonly json?: boolean;
  readonly extend?: boolean;
  readonly duplicates?: boolean;
}

export const planCommand: CommandBody<PlanArguments> = {
  builder: (yargs) =>
    withJobOptions(yargs)
      .option('extend', { type: 'boolean', describe: 'Plan for adding to a folder that another job created' })
      .option('duplicates', {
        type: 'boolean',
        describe: 'Instead, list all files that show the same picture as another one, as CSV',
      })
      .option('json', { type: 'boolean', describe: 'Print the plan as JSON' }),
  async handler(args) {
    const job = await loadJob(args.job, { overrides: overridesOf(args, resolve) });
    if (args.duplicates) {
      const pairs = await findDuplicates(job);
      if (args.json) printJson(pairs);
      else print(duplicatesText(pairs));
      return;
    }
    const prepared = await prepare(job);
    const found = await inspectOutput(prepared, args.extend ?? false);
    const estimate = await estimatePlan(prepared, found.remaining?.workload);
    const description = describePlan(prepared, { ...found, estimate });
    if (args.json) printJson(description);
    else print(planText(description));
  },
};

/** Inspects the output folder. If a run would reject it, the plan is still shown, with the reason as a warning. */
async function inspectOutput(prepared: Prepared, extend: boolean): Promise<PlanFindings> {
  try {
    return { remaining: await findPendingWork(prepared, { extend }) };
  } catch (error) {
    const { message, cure } = asWildstyleError(error);
    return {
      warnings: [`a run will reject the output folder: ${[message, cure].filter(Boolean).join('\n')}`],
    };
  }
}
