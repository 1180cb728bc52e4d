/** The questions of `wildstyle init` on a terminal. @module */
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { confirm, isCancel, log, select, text } from '@clack/prompts';
import { maximumSizePx, minimumEdgePx } from '../../images/fit.js';
import { readLayout } from '../../run/first-job/layout.js';
import type { FolderLook } from '../../run/first-job/look.js';
import { dividesByDefault, type Strength, strengths } from '../../run/first-job/propose.js';

/** Thrown when the user leaves with Ctrl-C or Escape. */
export class Canceled extends Error {}

/** Asks for a folder with images. @param guesses names of folders to propose if they exist */
export async function askFolder(message: string, guesses: readonly string[]): Promise<string> {
  let proposed = guesses.find(isFolder) ?? '';
  for (;;) {
    const given = await text({
      message,
      initialValue: proposed,
      validate: (value) => (value && isFolder(value) ? undefined : 'There is no such folder.'),
    });
    proposed = answered(given);
    const folder = absolute(proposed);
    const layout = await readLayout(folder).catch(() => undefined);
    if (layout && layout.paths.length > 0) return folder;
    log.error(layout ? `There are no images in ${proposed}.` : `${proposed} cannot be read.`);
  }
}

/** The path that was meant: `~` is the home folder. */
export const absolute = (given: string): string => resolve(given.trim().replace(/^~(?=$|[/\\])/, homedir()));

function isFolder(given: string): boolean {
  return statSync(absolute(given), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Asks for a path, with a proposal. */
export async function askPath(message: string, proposed: string): Promise<string> {
  return answered(
    await text({
      message,
      initialValue: proposed,
      validate: (value) => (value ? undefined : 'Give a path.'),
    }),
  );
}

/** Asks how strong the styles shall be. */
export async function askStrength(): Promise<Strength> {
  const options = Object.entries(strengths).map(([value, { describe }]) => {
    return { value: value as Strength, label: value, hint: describe };
  });
  return answered(await select<Strength>({ message: 'How strong?', options, initialValue: 'varied' }));
}

/** Asks for a whole number, with a proposal. */
export async function askNumber(
  message: string,
  proposed: number,
  least: number,
  most: number,
): Promise<number> {
  const given = await text({
    message,
    initialValue: String(proposed),
    validate: (value) => {
      const number = Number(value);
      const isRight = Number.isInteger(number) && number >= least && number <= most;
      return isRight ? undefined : `A whole number from ${least} to ${most}.`;
    },
  });
  return Number(answered(given));
}

/** Asks for the long edge of the results. */
export const askSize = (proposed: number): Promise<number> =>
  askNumber('Long edge of the results in pixels?', proposed, minimumEdgePx, maximumSizePx);

/** Asks whether to divide the photographs. */
export const askSplit = (content: FolderLook): Promise<boolean> =>
  askYesNo('Divide into train, validation and test? Only train is stylized', dividesByDefault(content));

/** Asks a question with yes or no. */
export async function askYesNo(message: string, proposed: boolean): Promise<boolean> {
  return answered(await confirm({ message, initialValue: proposed }));
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new Canceled();
  return answer as Exclude<T, symbol>;
}
