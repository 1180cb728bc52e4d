/** The run that is writing to a folder. @module */
import { z } from 'zod';

/** The holder of the lock of a folder. */
export const ownerSchema = z.object({ pid: z.int(), host: z.string(), startedAt: z.string() });
export type Owner = z.output<typeof ownerSchema>;

/** The run that is writing to a folder. Fields are missing if it has only just started. */
export type Writer = Partial<Owner>;

/** Returns the process of a run in parentheses, to append to a sentence; empty if it is not known yet. */
export function processText({ pid, host }: Writer): string {
  return pid === undefined ? '' : ` (process ${pid} on ${host})`;
}
