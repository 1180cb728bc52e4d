/** `wildstyle weights list`: the networks, and whether their weights are there. @module */
import type { CommandModule } from 'yargs';
import { type ListedWeights, listWeights } from '../../../weights/list.js';
import { formatBytes } from '../../format.js';
import { print, printJson } from '../../terminal/output.js';

export const listCommand: CommandModule<object, { json?: boolean }> = {
  command: 'list',
  describe: 'Show each network, whether its weights are installed, and the command to get them',
  builder: (yargs) => yargs.option('json', { type: 'boolean', describe: 'Print the list as JSON' }),
  async handler({ json }) {
    const listed = await listWeights();
    if (json) printJson(listed);
    else {
      const widthColumns = Math.max(...listed.map(({ network }) => network.length)) + 2;
      for (const weights of listed) for (const line of lines(weights, widthColumns)) print(line);
    }
  },
};

function lines(
  { network, status, file, bytes, license, command, isUsed }: ListedWeights,
  widthColumns: number,
): string[] {
  const size = bytes === null ? '' : `, ${formatBytes(bytes)}`;
  const use = isUsed ? '' : ' (no network of this version uses them)';
  const name = network.padEnd(widthColumns);
  const details = [license && `license: ${license}`, status === 'absent' && command && `get: ${command}`];
  const more = details.filter(Boolean).map((detail) => `${' '.repeat(widthColumns)}${detail}`);
  if (status === 'built-in')
    return file === null ? [`${name}needs no file`] : [`${name}in the package: ${file}${size}`, ...more];
  if (status === 'present') return [`${name}${file}${size}${use}`, ...more];
  return [`${name}not found${size}${use}`, ...more];
}
