/** `wildstyle inspect`: shows what the layers of a network keep of an image. @module */
import { dirname } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { publishFile } from '../../files/publish.js';
import { formatOfFile } from '../../images/format.js';
import { inspect, renderInspection } from '../../run/compare/inspect.js';
import { defaultNetwork, type NetworkName, networkNames } from '../../stylize/networks/index.js';
import type { CommandBody } from '../command-list.js';
import { parseWeights } from '../options/options.js';
import { print } from '../terminal/output.js';

interface InspectArguments {
  readonly image: string;
  readonly network: NetworkName;
  readonly size: number;
  readonly steps: number;
  readonly out: string;
  readonly weights?: string;
}

export const inspectCommand: CommandBody<InspectArguments> = {
  builder: (yargs) =>
    yargs
      .positional('image', { type: 'string', demandOption: true, describe: 'The image' })
      .option('network', {
        choices: networkNames,
        default: defaultNetwork,
        requiresArg: true,
        describe: 'Feature network',
      })
      .option('size', { type: 'number', default: 160, requiresArg: true, describe: 'Long edge in pixels' })
      .option('steps', { type: 'number', default: 100, requiresArg: true, describe: 'Optimization steps' })
      .option('out', {
        type: 'string',
        default: 'inspection.png',
        requiresArg: true,
        describe: 'PNG file',
      })
      .option('weights', { type: 'string', requiresArg: true, describe: 'Weights file for the network' }),
  async handler({ image, network, size, steps, out, weights }) {
    if (formatOfFile(out) !== 'png')
      throw new WildstyleError('option-invalid', `--out must end in .png, not ${out}.`);
    const inspection = await inspect(image, {
      network,
      sizePx: size,
      steps,
      ...(weights !== undefined && { weights: parseWeights(weights, (path) => path) }),
      onProgress: (made, total) => process.stderr.write(`${made} of ${total} images\n`),
    });
    await publishFile(out, await renderInspection(inspection), { temporaryFolder: dirname(out) });
    print(out);
  },
};
