/** `wildstyle weights check`: what a weights file is. @module */
import type { CommandModule } from 'yargs';
import { type CheckedWeights, checkWeights } from '../../../weights/check.js';
import { publishedWeights } from '../../../weights/published.js';
import { exitCodes } from '../../failure.js';
import { formatBytes } from '../../format.js';
import { print, printJson } from '../../output.js';

export const checkCommand: CommandModule<object, { file: string; json?: boolean }> = {
  command: 'check <file>',
  describe: 'Say which network a file fits, check every value, and print its SHA-256',
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
    ...(network === null ? ['network   none that is known'] : networkLines(network, checked)),
  ];
}

function networkLines(network: string, { format, origin, dtypes, preprocess }: CheckedWeights): string[] {
  const isReady = format === 'safetensors';
  return [
    `network   ${publishedWeights[network].title}, all values finite, ${dtypes.join(', ')}`,
    `origin    ${origin ?? 'unknown: the first filter is not one that is known'}`,
    `pixels    ${preprocess ?? 'rgb-imagenet, because the file does not say otherwise'}`,
    ...(isReady ? [] : ['Jobs read safetensors. To convert it: wildstyle weights convert FILE']),
  ];
}
