/** `wildstyle weights check`: what a weights file is. @module */
import type { CommandModule } from 'yargs';
import { type CheckedWeights, checkWeights } from '../../../weights/check.js';
import { publishedWeights } from '../../../weights/published.js';
import { exitCodes } from '../../failure.js';
import { formatBytes } from '../../format.js';
import { print, printJson } from '../../terminal/output.js';

export const checkCommand: CommandModule<object, { file: string; json?: boolean }> = {
  command: 'check <file>',
  describe: 'Show which network a file fits, check every value, and print its SHA-256',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'A safetensors or PyTorch file' })
      .option('json', { type: 'boolean', describe: 'Print the result as JSON' }),
  async handler({ file, json }) {
    const checked = await checkWeights(file);
    if (json) printJson(checked);
    else for (const line of lines(checked)) print(line);
    if (checked.network === null) process.exitCode = exitCodes.failures;
  },
};

function lines(checked: CheckedWeights): string[] {
  const { file, format, bytes, sha256, isPublishedFile, tensors, network } = checked;
  const published = isPublishedFile ? ', as published' : '';
  return [
    `${file}: ${format}, ${formatBytes(bytes)}, ${tensors} tensors`,
    `sha256    ${sha256}${published}`,
    ...(network === null ? ['network   unknown'] : networkLines(network, checked)),
  ];
}

function networkLines(network: string, checked: CheckedWeights): string[] {
  const { format, origin, dtypes, preprocess, license, attribution } = checked;
  const isReady = format === 'safetensors';
  const published = Object.hasOwn(publishedWeights, network) ? publishedWeights[network] : undefined;
  const unknown = published ? 'the first filter is not a known one' : 'not the file of this package';
  const pixels = `pixels    ${preprocess ?? 'rgb-imagenet, because the file does not say otherwise'}`;
  return [
    `network   ${published?.title ?? network}, all values finite, ${dtypes.join(', ')}`,
    `origin    ${origin ?? `unknown: ${unknown}`}`,
    ...(published ? [pixels] : []),
    ...(license === null ? [] : [`license   ${license}`]),
    ...(attribution === null ? [] : [`by        ${attribution}`]),
    ...(isReady ? [] : ['Jobs read safetensors. To convert it: wildstyle weights convert FILE']),
  ];
}
