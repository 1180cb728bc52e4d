/** Writes a proposal as a job file with comments. Pure: no I/O. @module */
import { isAbsolute, relative, sep } from 'node:path';
import { exclusionsOf } from './leave-out.js';
import type { FolderLook } from './look.js';
import { type Proposal, strengths } from './propose.js';

/** The folders of a job; absolute paths. */
export interface JobPlaces {
  readonly jobFolder: string;
  readonly content: FolderLook;
  readonly style: FolderLook;
  readonly output: string;
}

/** What is known about the job, for its comments. */
export interface JobNotes {
  /** One line each. */
  readonly found: readonly string[];
  readonly planned: readonly string[];
}

/**
 * Returns the text of a job file. It can be run as it is: images that cannot be used are left out.
 * @throws `content-missing` or `style-missing` if there are too many of those
 */
export function jobText(places: JobPlaces, proposal: Proposal, notes: JobNotes): string {
  const { labels, balanceClasses, stylesPerContent, sizePx, strength, limit } = proposal;
  const path = (folder: string) => scalar(pathFrom(places.jobFolder, folder));
  const lines = [
    '# Made by `wildstyle init`. Every key is explained in docs/formats.md.',
    ...notes.found.map(comment),
    ...notes.planned.map(comment),
    '',
    'seed: 1 # another seed draws different pairs and parameters',
    '',
    '# The photographs: they give the shapes and the classes.',
    'content:',
    `  root: ${path(places.content.root)}`,
    labels === 'folders'
      ? '  labels: folders # the class of an image is the name of its folder'
      : '  labels: none # there are no folders, so there are no classes',
    ...excludeLines(places.content),
    '',
    '# The paintings: they give colors and brushwork.',
    'style:',
    `  root: ${path(places.style.root)}`,
    ...excludeLines(places.style),
    '',
    ...splitLines(proposal),
    'sampling:',
    balanceClasses
      ? `  stylesPerContent: ${stylesPerContent} # stylized images for each photograph of the largest class`
      : `  stylesPerContent: ${stylesPerContent} # stylized images for each photograph`,
    `  balanceClasses: ${balanceClasses} # true makes more images of the small classes`,
    '  keepOriginals: true # include the photographs',
    limit === undefined
      ? '  # limit: 1000 # the largest number of stylized images; photographs that get none are left out'
      : `  limit: ${limit} # the largest number of stylized images: what fits in the time; photographs that get none are left out`,
    '',
    '# Every key takes a value, or a distribution from which each image draws its own.',
    'recipe:',
    `  size: ${sizePx} # long edge of the results in pixels; twice the size takes four times as long`,
    '  style:',
    `    strength: { logUniform: [${strengths[strength].range.join(', ')}] } # 5 tints the photograph, 20 paints it, 100 is mostly style`,
    '    # loss: { choice: [gram, moments, histogram] } # what is matched: see docs/recipes.md for pictures',
    '  # color: luminance # keeps the colors of the photograph',
    '',
    'output:',
    `  root: ${path(places.output)} # the dataset`,
    '  format: jpeg # or png, which loses nothing and takes several times the space',
    '  quality: 92 # of 100',
    '',
    'run:',
    '  maxFailures: 0.01 # a dataset with more failed images than this share counts as failed',
    '  # window: "22:00-06:00" # the hours in which it may run',
    '  # engine: auto # the fastest engine and device that compute correctly here: see `wildstyle doctor`',
  ];
  return `${lines.join('\n')}\n`;
}

function excludeLines(look: FolderLook): string[] {
  const exclusions = exclusionsOf(look);
  if (exclusions.length === 0) return [];
  const lines = exclusions.map(({ pattern, reason }) => `    - ${scalar(pattern)} # ${reason}`);
  return ['  exclude: # unusable files: docs/errors.md explains each reason', ...lines];
}

function splitLines({ split, stylize, groupSimilar }: Proposal): string[] {
  const groups = groupSimilar
    ? ['  groupBy: similar # near duplicates stay in one split, so that none leaks into another']
    : [];
  if (split === 'folders')
    return [
      '# The first level of folders is that of the splits. Only one of them is stylized.',
      'split:',
      '  from: folders',
      ...(stylize === undefined ? [] : [`  stylize: [${scalar(stylize)}]`]),
      ...groups,
      '',
    ];
  if (split === 'shares')
    return [
      '# The photographs are divided before any is stylized, and only `train` is stylized.',
      'split:',
      '  shares: { train: 0.8, validation: 0.1, test: 0.1 }',
      ...groups,
      '',
    ];
  return [
    '# split: { shares: { train: 0.8, validation: 0.1, test: 0.1 } } # before any photograph is stylized',
    '',
  ];
}

/** A line of a comment. Names of files may hold line breaks. */
function comment(text: string): string {
  return `# ${text.replace(/\p{Cc}/gu, '\ufffd')}`;
}

/** The path of a folder, relative to the job where they have a root in common. */
function pathFrom(jobFolder: string, folder: string): string {
  const path = relative(jobFolder, folder) || '.';
  return isAbsolute(path) ? path : path.split(sep).join('/');
}

/** A string as YAML: plain where that is surely the same string. JSON strings are YAML. */
function scalar(text: string): string {
  return /^[A-Za-z./][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|\.inf|\.nan)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
