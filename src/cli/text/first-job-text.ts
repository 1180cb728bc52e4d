/** What `wildstyle init` tells about folders, machine and plan. @module */
import { relative } from 'node:path';
import type { Draft } from '../../run/first-job/draft.js';
import type { FolderLook } from '../../run/first-job/look.js';
import type { OddImage, Sizes } from '../../run/first-job/sizes.js';
import { formatBytes, formatEstimate, formatNumber } from '../format.js';
import { measurementText } from './measurement-text.js';

const mostNames = 6;

/** Describes a folder of images, in one to a few lines. */
export function folderLines(what: 'Photographs' | 'Paintings', look: FolderLook): string[] {
  const { paths, classes, splits, sizes, odd, outside, others, arrangement } = look;
  const names = Object.entries(classes).sort(([, a], [, b]) => b - a);
  const isContent = what === 'Photographs';
  const inClasses =
    isContent && names.length > 0
      ? ` in ${count(names.length, 'class', 'classes')}: ${listed(names.map(([name, images]) => `${name} ${images}`))}`
      : '';
  const lines = [`${what}: ${count(paths.length, 'image')}${inClasses}.`];
  if (isContent && arrangement === 'splits') lines.push(`Folders of splits: ${splits.join(', ')}.`);
  if (sizes) lines.push(sizesText(sizes));
  if (odd.length > 0) lines.push(oddText(count(odd.length, 'image'), odd));
  if (isContent && outside > 0) lines.push(`${count(outside, 'image')} outside of class folders: left out.`);
  if (others.length > 0) lines.push(`${count(others.length, 'other file')}, not used: ${listed(others)}.`);
  return lines;
}

/** Describes what was found by decoding the photographs, and corrects what {@link folderLines} said before. */
export function undecodableLines({ undecodable, places }: Draft): string[] {
  if (undecodable.length === 0) return [];
  const { content } = places;
  const told = content.paths.length + undecodable.length;
  const [left = ''] = folderLines('Photographs', content);
  return [
    oddText(`${undecodable.length} of the ${told} photographs`, undecodable),
    left.replace(':', ' left:'),
  ];
}

/** Describes what was found by comparing the images with each other. */
export function duplicateLines({ prepared }: Draft): string[] {
  const { duplicates, similar, problems } = prepared.inventory;
  const lines: string[] = [];
  // Images without a class were reported with their folder.
  const links = problems.filter(({ code }) => code !== 'labels-invalid');
  if (links.length > 0) lines.push(oddText(count(links.length, 'file'), links));
  if (duplicates.length > 0)
    lines.push(`${count(duplicates.length, 'exact copy', 'exact copies')}: used once.`);
  if (similar.length > 0) lines.push(`${count(similar.length, 'pair')} of images that look alike.`);
  return [...lines, ...prepared.warnings];
}

/**
 * Describes the plan and its cost on this machine.
 * @param since what the age of the measurement counts to: `ago`, or words for a text that is read later
 */
export function draftLines({ prepared, estimate, proposal }: Draft, since = 'ago'): string[] {
  const { stylized, originals } = prepared.plan.counts;
  const balanced = proposal.balanceClasses ? ' (more for each photograph of a small class)' : '';
  const lines = [`${count(stylized, 'stylized image')}${balanced} and ${count(originals, 'original')}.`];
  if (!estimate) return [...lines, 'This machine could not be measured: see `wildstyle doctor`.'];
  const { seconds, bytes, workers, msPerStep, sizePx } = estimate;
  lines.push(
    `${capital(formatEstimate(seconds * 1000))} on this machine (${count(workers, 'worker')}), ${formatBytes(bytes)} of disk.`,
  );
  if (msPerStep !== undefined)
    lines.push(
      `A step of an image of ${sizePx} pixels takes ${formatNumber(msPerStep)} ms, ${measurementText(estimate, since)}.`,
    );
  if (proposal.limit !== undefined)
    lines.push(`Limited to ${count(proposal.limit, 'stylized image')}, so that the run fits in the time.`);
  return lines;
}

function sizesText({ smallestPx, medianPx, largestPx }: Sizes): string {
  return smallestPx === largestPx
    ? `All have a long edge of ${largestPx} pixels.`
    : `Long edges from ${smallestPx} to ${largestPx} pixels, with a median of ${medianPx}.`;
}

function oddText(what: string, odd: readonly OddImage[]): string {
  return `${what} cannot be used and will be left out: ${listed(odd.map(({ path, code }) => `${path} (${code})`))}.`;
}

/** A path as the user would write it. */
export function shownPath(path: string): string {
  const below = relative(process.cwd(), path) || '.';
  return below.startsWith('..') ? path : below;
}

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more > 0 ? `${names.slice(0, mostNames).join(', ')} and ${more} more` : names.join(', ');
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function count(number: number, noun: string, nouns = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : nouns}`;
}
