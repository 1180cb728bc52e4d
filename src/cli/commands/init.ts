/** `wildstyle init`: makes a job file for two folders of images. @module */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { publishFile } from '../../files/publish.js';
import { maximumSizePx, minimumEdgePx } from '../../images/fit.js';
import { checkFolders } from '../../job/checks.js';
import { loadJob } from '../../job/load.js';
import { draftJob } from '../../run/first-job/draft.js';
import { jobText } from '../../run/first-job/job-text.js';
import { checkReadable, lookAt } from '../../run/first-job/look.js';
import { previewSheet } from '../../run/first-job/preview.js';
import { mayDivide, proposedSizePx, type Strength, strengthNames } from '../../run/first-job/propose.js';
import type { CommandBody } from '../command-list.js';
import { exitCodes } from '../failure.js';
import {
  absolute,
  askFolder,
  askNumber,
  askPath,
  askSize,
  askSplit,
  askStrength,
  askYesNo,
  Canceled,
} from '../init/questions.js';
import { type Teller, teller } from '../init/teller.js';
import {
  draftLines,
  duplicateLines,
  folderLines,
  shownPath,
  undecodableLines,
} from '../text/first-job-text.js';

interface InitArguments {
  readonly content?: string;
  readonly style?: string;
  readonly out?: string;
  readonly job?: string;
  readonly size?: number;
  readonly stylesPerContent?: number;
  readonly strength?: Strength;
  readonly split?: boolean;
  readonly hours: number;
  readonly preview?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
}

const previewImages = 4;

export const initCommand: CommandBody<InitArguments> = {
  builder: (yargs) =>
    yargs
      .option('content', { type: 'string', requiresArg: true, describe: 'Folder of photographs' })
      .option('style', { type: 'string', requiresArg: true, describe: 'Folder of paintings' })
      .option('out', { type: 'string', requiresArg: true, describe: 'Folder for the dataset; default: out' })
      .option('job', { type: 'string', requiresArg: true, describe: 'Job file; default: job.yaml' })
      .option('size', { type: 'number', requiresArg: true, describe: 'Long edge of the results in pixels' })
      .option('styles-per-content', {
        type: 'number',
        requiresArg: true,
        describe: 'Stylized images for each photograph',
      })
      .option('strength', {
        choices: strengthNames,
        requiresArg: true,
        describe: 'How strong the styles are',
      })
      .option('split', {
        type: 'boolean',
        describe: 'Divide into train, validation and test; --no-split turns this off',
      })
      .option('hours', {
        type: 'number',
        default: 10,
        requiresArg: true,
        describe: 'Time for the run; limits the number of images to what fits',
      })
      .option('preview', {
        type: 'boolean',
        describe: `Make ${previewImages} images and save preview.png beside the job`,
      })
      .option('yes', { type: 'boolean', describe: 'Ask no questions; needs --content and --style' })
      .option('force', { type: 'boolean', describe: 'Replace the job file' }),
  async handler(args) {
    const asks = !args.yes && process.stdin.isTTY === true && process.stdout.isTTY === true;
    checkNumbers(args);
    try {
      await makeJob(args, asks, teller(asks));
    } catch (error) {
      if (!(error instanceof Canceled)) throw error;
      process.stdout.write('Canceled.\n');
      process.exitCode = exitCodes.stopped;
    }
  },
};

async function makeJob(args: InitArguments, asks: boolean, tell: Teller): Promise<void> {
  if (!asks) refuseExisting(absolute(args.job ?? usualJob), args.force);
  const output = asks && args.out === undefined ? undefined : absolute(args.out ?? usualOutput);
  const contentGiven = asks && args.content === undefined ? undefined : folderOf(args.content, 'content');
  const styleGiven = asks && args.style === undefined ? undefined : folderOf(args.style, 'style');
  // Mistakes in options are reported before anything is read.
  await checkReadable({ content: contentGiven, style: styleGiven });
  tell.begin('A new job for wildstyle');
  const contentRoot =
    contentGiven ??
    (await askFolder('Folder of photographs? One folder per class, or all together', contentGuesses));
  if (output !== undefined && styleGiven !== undefined) refuseInside(output, contentRoot, styleGiven);
  const content = await tell.during('Looking at the photographs', () => lookAt('content', contentRoot));
  tell.lines(folderLines('Photographs', content));
  const styleRoot = styleGiven ?? (await askFolder('Folder of paintings?', styleGuesses));
  const style = await tell.during('Looking at the paintings', () => lookAt('style', styleRoot));
  tell.lines(folderLines('Paintings', style));

  const strength = args.strength ?? (asks ? await askStrength() : undefined);
  const sizePx = args.size ?? (asks ? await askSize(proposedSizePx(content.sizes?.medianPx)) : undefined);
  const split = args.split ?? (asks && mayDivide(content) ? await askSplit(content) : undefined);
  const outputRoot = output ?? absolute(await askPath('Folder for the dataset?', usualOutput));
  refuseInside(outputRoot, contentRoot, styleRoot);
  const file = absolute(args.job ?? (asks ? await askPath('Job file?', usualJob) : usualJob));
  if (asks && existsSync(file) && !args.force && !(await askYesNo(`Replace ${shownPath(file)}?`, false)))
    refuseExisting(file, false);

  const places = { jobFolder: dirname(file), content, style, output: outputRoot };
  const { stylesPerContent, hours } = args;
  let wishes = { strength, sizePx, stylesPerContent, split };
  const draft = () =>
    tell.during('Comparing the images and measuring this machine', () =>
      draftJob({ file, places, wishes, hours }),
    );
  let drafted = await draft();
  tell.lines([...undecodableLines(drafted), ...duplicateLines(drafted)]);
  tell.lines(draftLines(drafted));
  if (asks && stylesPerContent === undefined) {
    const proposed = drafted.proposal.stylesPerContent;
    const asked = await askNumber('Stylized images for each photograph?', proposed, 1, 1000);
    wishes = { ...wishes, stylesPerContent: asked };
    if (asked !== proposed) {
      drafted = await draft();
      tell.lines(draftLines(drafted));
    }
  }
  const notes = {
    found: [
      ...folderLines('Photographs', drafted.places.content),
      ...folderLines('Paintings', style),
      ...duplicateLines(drafted),
    ],
    planned: draftLines(drafted, 'before this file was written'),
  };
  await publishFile(file, jobText(drafted.places, drafted.proposal, notes), {
    temporaryFolder: places.jobFolder,
  });
  tell.lines([`Job: ${shownPath(file)}`]);
  if (args.preview ?? (asks && (await askYesNo(`Make a preview of ${previewImages} images?`, true))))
    await preview(file, tell);
  const name = shownPath(file);
  tell.end([
    `wildstyle run ${name} --limit 8 --out look   # a few images`,
    `wildstyle run ${name}   # everything`,
  ]);
}

/** @throws `option-invalid` */
function refuseExisting(file: string, isForced: boolean | undefined): void {
  if (isForced || !existsSync(file)) return;
  throw new WildstyleError('option-invalid', `${shownPath(file)} already exists.`, {
    cure: 'Choose another file with --job, or replace this one with --force.',
  });
}

const usualJob = 'job.yaml';
const usualOutput = 'out';
const contentGuesses = ['photos', 'content', 'images', 'data'];
const styleGuesses = ['paintings', 'style', 'styles', 'art'];

/** @throws `option-invalid` */
function folderOf(given: string | undefined, role: 'content' | 'style'): string {
  if (given !== undefined) return absolute(given);
  throw new WildstyleError(
    'option-invalid',
    `--${role} is missing, and without a terminal, wildstyle cannot ask for it.`,
    { cure: `Give the folder: --${role} DIR.` },
  );
}

/** @throws `option-invalid` if results would be read as inputs */
function refuseInside(output: string, content: string, style: string): void {
  const roots = { content: { root: content }, style: { root: style }, output: { root: output } };
  if (checkFolders(roots, '.').length === 0) return;
  throw new WildstyleError(
    'option-invalid',
    `The folder for the dataset, ${shownPath(output)}, is inside a folder of images, so results would be read as images.`,
    { cure: 'Give a folder beside them: --out DIR.' },
  );
}

async function preview(file: string, tell: Teller): Promise<void> {
  const job = await loadJob(file);
  const sheet = await tell.during(`Making ${previewImages} images`, (progress) =>
    previewSheet(job, previewImages, (made, total) => progress(`${made} of ${total} images`)),
  );
  if (!sheet) return;
  const path = join(dirname(file), 'preview.png');
  await publishFile(path, sheet, { temporaryFolder: dirname(file) });
  tell.lines([`Preview: ${shownPath(path)}`]);
}

/** @throws `option-invalid` */
function checkNumbers({ size, stylesPerContent, hours }: InitArguments): void {
  const check = (name: string, value: number | undefined, least: number, most: number) => {
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
    const message = `--${name} must be a whole number from ${least} to ${most}, not ${value}.`;
    throw new WildstyleError('option-invalid', message);
  };
  check('size', size, minimumEdgePx, maximumSizePx);
  check('styles-per-content', stylesPerContent, 1, 100_000);
  if (!(hours > 0)) throw new WildstyleError('option-invalid', `--hours must be above 0, not ${hours}.`);
}
