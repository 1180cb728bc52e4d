/** Examines this machine: versions, engines, devices, whether they compute correctly, and how fast. @module */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { arch, availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { type Candidate, candidateDevices } from '../../engine/candidates.js';
import type { Precision } from '../../engine/engine.js';
import { packageVersion } from '../../version.js';
import type { Examination, Finding, Speed } from './examination.js';
import type { OnProcessor } from './step-placement.js';

/** One device of an engine. */
export interface DeviceReport {
  readonly engine: string;
  readonly device: string;
  readonly precision: Precision;
  readonly available: boolean;
  /** The runtime and its version; null if it is not available. */
  readonly version: string | null;
  /** Why it is not available; null if it is. */
  readonly reason: string | null;
  /** The command that would enable it; null if it is available, or no command does. */
  readonly enable: string | null;
  /** The smoke test: cases with known results. */
  readonly conformance: {
    readonly passed: number;
    readonly failed: number;
    /** The largest relative difference from the known results. */
    readonly difference: number;
    readonly failures: readonly { readonly name: string; readonly message: string }[];
  };
  /** Steps of `compact` on one image of {@link DoctorReport.stepSizePx}; null if it was not measured. */
  readonly stepsPerSecond: number | null;
  /** The same at every measured size. */
  readonly speeds: readonly Speed[];
  /** The final loss of an optimization, divided by that in float32; null in float32. */
  readonly lossRatio: number | null;
  /** What a step leaves to the processor, because the device lacks it; null if that is not known. */
  readonly onProcessor: OnProcessor | null;
}

/** What `wildstyle doctor` finds. */
export interface DoctorReport {
  readonly wildstyle: string;
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  /** Side of the square image of `stepsPerSecond`, in pixels. */
  readonly stepSizePx: number;
  readonly devices: readonly DeviceReport[];
  /** The fastest device that is available and computes correctly; null if none does. */
  readonly fastest: {
    readonly engine: string;
    readonly device: string;
    readonly precision: Precision;
  } | null;
}

export interface DoctorOptions {
  /** Also times steps at larger sizes. */
  readonly bench?: boolean;
  /** Default: all of this platform. */
  readonly candidates?: readonly Candidate[];
  /** Called before a device is examined. */
  readonly onExamine?: (candidate: Candidate) => void;
  /** The script of the processes. */
  readonly examineModule?: URL;
  /** How long a process may take for one finding. */
  readonly timeoutMs?: number;
}

/** Small, so that a check takes seconds. */
const stepSizePx = 64;
const benchSizesPx = [128, 256];
/** The first use of a GPU compiles its programs. */
const defaultTimeoutMs = 300_000;

/** Examines the devices one after the other, each in a process of its own: a driver that crashes ends only its process. */
export async function diagnose(options: DoctorOptions = {}): Promise<DoctorReport> {
  const devices: DeviceReport[] = [];
  for (const candidate of options.candidates ?? candidateDevices()) {
    options.onExamine?.(candidate);
    devices.push(await reportOn(candidate, options));
  }
  return {
    wildstyle: packageVersion(),
    node: process.version,
    platform: `${process.platform} ${arch()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    freeMemoryBytes: process.availableMemory?.() ?? freemem(),
    stepSizePx,
    devices,
    fastest: fastestOf(devices),
  };
}

/** Final losses of a lower precision may be this many times those of float32. */
const largestLossRatio = 1.02;

/** The fastest of the devices that are available, pass every case and reach the loss of float32. */
export function fastestOf(devices: readonly DeviceReport[]): DoctorReport['fastest'] {
  const right = devices.filter(
    ({ available, conformance, stepsPerSecond, lossRatio }) =>
      available &&
      conformance.failed === 0 &&
      conformance.passed > 0 &&
      stepsPerSecond !== null &&
      (lossRatio ?? 1) <= largestLossRatio,
  );
  const [best] = right.toSorted((a, b) => (b.stepsPerSecond ?? 0) - (a.stepsPerSecond ?? 0));
  return best ? { engine: best.engine, device: best.device, precision: best.precision } : null;
}

async function reportOn(candidate: Candidate, options: DoctorOptions): Promise<DeviceReport> {
  const { engine, device, precision, enable } = candidate;
  // TF.js's own backend takes minutes for a step of this size, and nobody chooses it for its speed.
  const sizes = engine === 'reference' ? [] : [stepSizePx, ...(options.bench ? benchSizesPx : [])];
  const { findings, ending } = await findingsOf({ engine, device, precision, sizesPx: sizes }, options);
  let version: string | null = null;
  let reason = ending ?? null;
  let cure: string | null = null;
  let lossRatio: number | null = null;
  let onProcessor: OnProcessor | null = null;
  let conformance: DeviceReport['conformance'] = { passed: 0, failed: 0, difference: 0, failures: [] };
  const speeds: Speed[] = [];
  for (const finding of findings) {
    if (finding.type === 'available') version = finding.version;
    else if (finding.type === 'unavailable')
      [reason, cure] = [finding.message.replace(/\s+/g, ' ').trim(), finding.cure ?? null];
    else if (finding.type === 'conformance') conformance = finding.result;
    else if (finding.type === 'loss') lossRatio = finding.ratio;
    else if (finding.type === 'placement') onProcessor = finding.onProcessor;
    else speeds.push(finding.speed);
  }
  const available = version !== null && reason === null;
  return {
    engine,
    device,
    precision,
    available,
    version,
    reason,
    enable: available ? null : (enable ?? cure),
    conformance,
    stepsPerSecond: speeds.find(({ sizePx }) => sizePx === stepSizePx)?.stepsPerSecond ?? null,
    speeds,
    lossRatio,
    onProcessor,
  };
}

/** Runs a process and collects what it finds. `ending` says what went wrong with the process itself, if anything. */
async function findingsOf(
  examination: Examination,
  { examineModule, timeoutMs = defaultTimeoutMs }: DoctorOptions,
): Promise<{ findings: Finding[]; ending: string | undefined }> {
  const findings: Finding[] = [];
  const child = fork(examineModule ?? new URL('./examine.js', import.meta.url), {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let [lastWords, isLate] = ['', false];
  const stop = () => {
    isLate = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(stop, timeoutMs);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-400);
  });
  child.on('message', (finding: Finding) => {
    findings.push(finding);
    clearTimeout(timer);
    timer = setTimeout(stop, timeoutMs);
  });
  child.send(examination);
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  const last = findings.at(-1)?.type;
  const isWhole = last === 'unavailable' || (exitCode === 0 && last !== undefined);
  const words = lastWords.trim() && `: ${lastWords.trim()}`;
  if (isLate) return { findings, ending: `The device did not respond within ${timeoutMs / 1000} s.` };
  if (!isWhole) return { findings, ending: `The process ended with ${signal ?? exitCode}${words}` };
  return { findings, ending: undefined };
}
