/** `wildstyle plan`: shows what a job will make, without making it. @module */
import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { loadJob } from '../job/load.js';
import { describePlan } from '../run/describe.js';
import { estimatePlan } from '../run/estimate-plan.js';
import { prepare } from '../run/prepare.js';
import { type JobArguments, overridesOf, withJobOptions } from './options.js';
import { print, printJson } from './output.js';
import { planText } from './plan-text.js';

interface PlanArguments extends JobArguments {
  readonly json?: boolean;
}

export const planCommand: CommandModule<object, PlanArguments> = {
  command: 'plan <job>',
  describe: 'Show what a job will make, and what it will cost',
  builder: (yargs) =>
    withJobOptions(yargs).option('json', { type: 'boolean', describe: 'Print the plan as JSON' }),
  async handler(args) {
    const job = await loadJob(args.job, { overrides: overridesOf(args, resolve) });
    const prepared = await prepare(job);
    const description = describePlan(prepared, await estimatePlan(prepared));
    if (args.json) printJson(description);
    else print(planText(description));
  },
};
