/** Lines of a script that `sbatch` reads. @module */
import { shellLine } from './shell.js';

/** What a script asks Slurm for, and does. */
export interface BatchScript {
  /** Options of `sbatch`, each as one word. */
  readonly options: readonly string[];
  /** The time zone that the windows of the job are in, if they name none: machines of a cluster may have another one. */
  readonly timeZone?: string | undefined;
  readonly body: string;
}

/** A run gets this long to finish the images in progress before the time limit. Slurm may signal 60 s earlier. */
const signalSeconds = 60;

/** Options of a job that goes back into the queue: `wildstyle task` needs them. */
export const requeueOptions = [
  '--requeue',
  '--open-mode=append',
  `--signal=B:TERM@${signalSeconds}`,
] as const;

/** Returns the script. */
export function batchScript({ options, timeZone, body }: BatchScript): string {
  const zone = timeZone === undefined ? '' : `export TZ=${shellLine([timeZone])}\n`;
  return `#!/bin/bash\n${options.map((option) => `#SBATCH ${directiveWord(option)}\n`).join('')}\n${zone}${body}`;
}

/** Returns whether Slurm can write logs into a folder: a backslash keeps it from filling in names, and a line break ends the line. */
export function takesLogs(folder: string): boolean {
  return !/[\\\p{Cc}]/u.test(folder);
}

/** Returns a folder as the beginning of `--output`, where a percent sign is special. */
export function logPattern(folder: string, name: string): string {
  return `${folder.replaceAll('%', '%%')}/${name}`;
}

/** Quotes a word of a line `#SBATCH`, which Slurm reads by rules of its own: blanks and # end a word, quotes do as in a shell. */
function directiveWord(option: string): string {
  if (/^[\w@%+=:,./-]+$/.test(option)) return option;
  const [, name = '', value = ''] = /^(--[\w-]+=)(.*)$/s.exec(option) ?? [];
  return `${name}"${value.replace(/["\\]/g, '\\$&')}"`;
}
