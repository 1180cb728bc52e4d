/** Checks what goes into scripts that other programs read. @module */
import { WildstyleError } from '../../errors.js';
import { takesLogs } from '../../submit/sbatch.js';

/** @throws `option-invalid` if Slurm cannot work or write logs in a folder */
export function checkSlurmFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    if (takesLogs(folder)) continue;
    throw new WildstyleError(
      'option-invalid',
      `Slurm cannot write logs into a folder with a backslash or a line break in its name: ${folder}`,
      { cure: 'Rename the folder, or use another one.' },
    );
  }
}

/** @throws `option-invalid` if a word would not stay on its line of a crontab, a unit or a script */
export function checkLines(words: readonly string[]): void {
  const broken = words.find((word) => /\p{Cc}/u.test(word));
  if (broken === undefined) return;
  throw new WildstyleError(
    'option-invalid',
    `A line break or another control character cannot go into this file: ${broken}`,
    { cure: 'Rename the file or folder.' },
  );
}

/** @throws `option-invalid` if a time zone is a difference to UTC, which others read the other way around, or not at all */
export function checkNamedZones(zones: readonly string[]): void {
  const unnamed = zones.find((zone) => !/^[a-z]/i.test(zone));
  if (unnamed === undefined) return;
  throw new WildstyleError(
    'option-invalid',
    `The time zone of a window must have a name here, such as Europe/Berlin, not ${unnamed}.`,
    { cure: 'Change timeZone in run.window.' },
  );
}
