/** `wildstyle weights convert`: from PyTorch to safetensors. @module */
import { join, parse } from 'node:path';
import type { CommandModule } from 'yargs';
import { cachedWeightsFile } from '../../../weights/cache.js';
import { convertWeights } from '../../../weights/convert.js';
import type { Origin } from '../../../weights/published.js';
import { formatBytes } from '../../format.js';
import { print } from '../../terminal/output.js';

type Preprocess = Origin['preprocess'];
const preprocesses: readonly Preprocess[] = ['rgb-imagenet', 'bgr-255-caffe'];

interface ConvertArguments {
  readonly in: string;
  readonly out?: string;
  readonly half?: boolean;
  readonly preprocess?: Preprocess;
}

export const convertCommand: CommandModule<object, ConvertArguments> = {
  command: 'convert <in>',
  describe: 'Convert the convolutions of a PyTorch file to safetensors, without running code from the file',
  builder: (yargs) =>
    yargs
      .positional('in', { type: 'string', demandOption: true, describe: 'A PyTorch or safetensors file' })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Output file; default: beside the input, with the extension .safetensors',
      })
      .option('half', { type: 'boolean', describe: 'Round to half precision: half the size' })
      .option('preprocess', {
        choices: preprocesses,
        requiresArg: true,
        describe: 'Pixels that the network expects; default: recognized from the file',
      }),
  async handler({ in: input, out = besides(input), half, preprocess }) {
    const { network, title, origin, bytes, sha256, ...converted } = await convertWeights(input, {
      out,
      ...(half !== undefined && { half }),
      ...(preprocess !== undefined && { preprocess }),
    });
    const from = origin ? `from ${origin}` : 'of unknown origin';
    print(`${out}: ${title} ${from}, ${formatBytes(bytes)}, pixels ${converted.preprocess}`);
    print(`sha256 ${sha256}`);
    if (!origin && preprocess === undefined)
      print('note: set --preprocess bgr-255-caffe if these weights come from Caffe.');
    print(`Use it with --weights, or move it to ${cachedWeightsFile(network)}.`);
  },
};

function besides(input: string): string {
  const { dir, name, ext } = parse(input);
  return join(dir, ext === '.safetensors' ? `${name}-convolutions${ext}` : `${name}.safetensors`);
}
