/** `wildstyle report`: writes a page to look at a dataset. @module */
import { relative, resolve } from 'node:path';
import { noDataset } from '../../dataset/output-job.js';
import { readSummary } from '../../dataset/summary.js';
import { WildstyleError } from '../../errors.js';
import { replaceReport } from '../../report/page/replace-report.js';
import { defaultInlineBytes } from '../../report/page/write-report.js';
import type { CommandBody } from '../command-list.js';
import { print } from '../terminal/output.js';

interface ReportArguments {
  readonly dir: string;
  readonly inline: number;
}

const bytesPerMegabyte = 2 ** 20;

export const reportCommand: CommandBody<ReportArguments> = {
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'The dataset folder' })
      .option('inline', {
        type: 'number',
        default: defaultInlineBytes / bytesPerMegabyte,
        requiresArg: true,
        describe: 'Megabytes of thumbnails inside the page; the rest become files in report/',
      }),
  async handler({ dir, inline }) {
    if (!(inline >= 0 && inline <= 1000)) {
      throw new WildstyleError('option-invalid', `--inline must be from 0 to 1000 megabytes, not ${inline}.`);
    }
    const root = resolve(dir);
    if (!(await readSummary(root))) throw noDataset(root, 'dataset.json');
    const { path, images, missingSources, files } = await replaceReport(root, {
      inlineBytes: inline * bytesPerMegabyte,
    });
    print(`${images} images: ${relative(process.cwd(), path)}`);
    const beside = Object.keys(files).length - 1;
    if (beside > 0) print(`note: the page needs the ${beside} files in report/ beside it.`);
    if (missingSources > 0)
      print(`note: ${missingSources} content or style images cannot be read; their places stay empty.`);
  },
};
