/** What is wrong with a value that does not match its schema. @module */
import { z } from 'zod';

/** Returns the first problem, with its path. */
export function firstProblem(error: z.ZodError): string {
  return z
    .prettifyError({ issues: error.issues.slice(0, 1) })
    .replace(/^✖ /, '')
    .replace(/\s*→ at /, ' at ');
}
