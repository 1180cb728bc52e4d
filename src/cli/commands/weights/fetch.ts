/** `wildstyle weights fetch`: downloads the weights of a network into the cache folder. @module */
import type { CommandModule } from 'yargs';
import { WildstyleError } from '../../../errors.js';
import { didYouMean } from '../../../job/messages/suggest.js';
import { type NetworkName, networks } from '../../../stylize/networks/index.js';
import { cachedWeightsFile } from '../../../weights/cache.js';
import { checkWeights } from '../../../weights/check.js';
import { type Fetched, type FetchStart, fetchWeights } from '../../../weights/fetch.js';
import { packagedWeights } from '../../../weights/packaged.js';
import { publishedWeights } from '../../../weights/published.js';
import { formatBytes } from '../../format.js';
import { type DownloadView, downloadView } from '../../terminal/download-bar.js';
import { print } from '../../terminal/output.js';
import { stopSignals } from '../../terminal/signals.js';

interface FetchArguments {
  readonly network: string;
  readonly from?: string;
  readonly whole?: boolean;
}

export const fetchCommand: CommandModule<object, FetchArguments> = {
  command: 'fetch <network>',
  describe: 'Download the weights of a network into the cache folder; resumes after an interruption',
  builder: (yargs) =>
    yargs
      .positional('network', {
        type: 'string',
        demandOption: true,
        describe: `Network: ${Object.keys(publishedWeights).join(', ')}`,
      })
      .option('from', {
        type: 'string',
        requiresArg: true,
        describe: "Address of a mirror, or a file; default: the publishers' addresses",
      })
      .option('whole', {
        type: 'boolean',
        describe: 'Read the whole file, not only the convolutions, and check its SHA-256',
      }),
  async handler({ network, from, whole = false }) {
    const nothing = nothingToFetch(network);
    if (nothing !== undefined) {
      if (from !== undefined) throw new WildstyleError('option-invalid', nothing);
      print(nothing);
      return;
    }
    const spec = specOf(network);
    if (from === undefined && !whole && (await isThere(network))) {
      print(`${cachedWeightsFile(network)} already exists. Delete it to fetch it again.`);
      return;
    }
    const signals = stopSignals();
    let view: DownloadView | undefined;
    let startMs = 0;
    signals.abandon.addEventListener('abort', () => process.exit(130));
    try {
      const fetched = await fetchWeights(network, spec, {
        ...(from !== undefined && { from }),
        whole,
        signal: signals.drain,
        onStart(start) {
          print(startText(start));
          startMs = performance.now();
          view = downloadView(process.stderr, start.doneBytes);
        },
        onProgress: (done, total) => view?.update(done, total, performance.now() - startMs),
        onFallback(error, next) {
          view?.stop();
          print(`${error.message} Trying ${next}.`);
        },
      });
      view?.stop();
      for (const line of resultLines(fetched)) print(line);
    } finally {
      view?.stop();
      signals.dispose();
    }
  },
};

/** Whether the cache folder has the weights, and they are in order. */
async function isThere(network: string): Promise<boolean> {
  const checked = await checkWeights(cachedWeightsFile(network)).catch(() => undefined);
  return checked?.network === network && checked.format === 'safetensors';
}

/** Says why there is nothing to fetch for a network; undefined if there may be. */
function nothingToFetch(network: string): string | undefined {
  if (!Object.hasOwn(networks, network) || networks[network as NetworkName].needsWeights) return undefined;
  const isPackaged = Object.hasOwn(packagedWeights, network);
  return `${network} ${isPackaged ? 'comes with the package' : 'needs no weights file'}; there is nothing to fetch.`;
}

function specOf(network: string) {
  const names = Object.keys(publishedWeights);
  if (names.includes(network)) return publishedWeights[network];
  const message = `No published weights are known for "${network}"${didYouMean(network, names)}`;
  throw new WildstyleError('option-invalid', message, { cure: `Networks: ${names.join(', ')}.` });
}

function startText({ from, wantedBytes, fileBytes, doneBytes, hasRanges }: FetchStart): string {
  const part = wantedBytes < fileBytes ? ` of ${formatBytes(fileBytes)}` : '';
  const done = doneBytes > 0 ? `, ${formatBytes(doneBytes)} already fetched` : '';
  const note = hasRanges || part === '' ? '' : ' The server cannot send parts of a file, so more is read.';
  return `Fetching ${formatBytes(wantedBytes)}${part}${done}, from ${from}.${note}`;
}

function resultLines({ file, bytes, sha256, sourceSha256, comparedWith }: Fetched): string[] {
  const verdicts = {
    published: 'as published',
    server: 'as the server reports',
    nothing: 'no published digest to compare with',
  };
  return [
    `${file}: ${formatBytes(bytes)}`,
    `sha256 ${sha256}`,
    sourceSha256 === undefined
      ? 'Checked: sizes, shapes, every value, and the first filter. Read it with --whole to check its SHA-256.'
      : `Checked: shapes, every value, the first filter, and the SHA-256 of the source, ${sourceSha256}: ${verdicts[comparedWith]}.`,
  ];
}
