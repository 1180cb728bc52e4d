/** `wildstyle doctor`: examines engines and devices of this machine. @module */

import { type DeviceReport, type DoctorReport, diagnose } from '../../run/doctor/doctor.js';
import type { CommandBody } from '../command-list.js';
import { exitCodes } from '../failure.js';
import { formatBytes, formatNumber } from '../format.js';
import { print, printJson } from '../terminal/output.js';
import { onProcessorText } from '../text/on-processor.js';

export const doctorCommand: CommandBody<{ json?: boolean; bench?: boolean }> = {
  builder: (yargs) =>
    yargs
      .option('json', { type: 'boolean', describe: 'Print the findings as JSON' })
      .option('bench', { type: 'boolean', describe: 'Also time steps at 128 and 256 pixels' }),
  async handler({ json = false, bench = false }) {
    const report = await diagnose({ bench });
    if (json) printJson(report);
    else print(doctorText(report));
    if (report.devices.some(({ conformance }) => conformance.failed > 0) || !report.fastest)
      process.exitCode = exitCodes.failures;
  },
};

/** The findings as text. */
export function doctorText(report: DoctorReport): string {
  const { wildstyle, node, platform, processor, cores, devices, fastest, stepSizePx } = report;
  return [
    `wildstyle ${wildstyle}, Node.js ${node}, ${platform}`,
    `${processor}, ${cores} cores, ${formatBytes(report.freeMemoryBytes)} of memory free`,
    '',
    ...devices.flatMap((device) => deviceLines(device, stepSizePx)),
    '',
    fastest
      ? `Fastest: run: { engine: ${fastest.engine}, device: ${fastest.device}, precision: ${fastest.precision} }`
      : 'No device computes correctly.',
  ].join('\n');
}

function deviceLines(report: DeviceReport, stepSizePx: number): string[] {
  const { engine, device, precision, lossRatio, available, version, reason, enable, conformance, speeds } =
    report;
  const name = [engine, device, ...(precision === 'float32' ? [] : [precision])].join(' ').padEnd(18);
  const { passed, failed, failures } = conformance;
  const loss = lossRatio === null ? '' : `, final loss ${lossRatio.toFixed(4)} times that in float32`;
  if (!available) {
    const get = enable ? [`${' '.repeat(18)}enable: ${enable}`] : [];
    return [`${name}not available: ${reason}`, ...get];
  }
  const rates = speeds.map(({ sizePx, stepsPerSecond }) => `${formatNumber(stepsPerSecond)} at ${sizePx} px`);
  const speed =
    rates.length > 0 ? `, steps per second: ${rates.join(', ')}` : `, not timed at ${stepSizePx} px`;
  const verdict =
    failed === 0
      ? `computes correctly (${passed} checks)`
      : `WRONG in ${failed} of ${passed + failed} checks`;
  return [
    `${name}${version}, ${verdict}${loss}${speed}`,
    ...processorLines(report),
    ...failures.map(({ name: which, message }) => `${' '.repeat(18)}wrong: ${which}: ${message}`),
  ];
}

/** What the device leaves to the processor. */
function processorLines({ onProcessor }: DeviceReport): string[] {
  const text = onProcessor && onProcessorText(onProcessor);
  return text ? [`${' '.repeat(18)}note: ${text}`] : [];
}
