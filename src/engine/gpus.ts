/** The GPUs of this machine. @module */
import { readdirSync } from 'node:fs';

/** The kind of a device: `cuda` of `cuda:1`. */
export const kindOf = (device: string): string => device.split(':')[0];

/** Whether a device is a processor that shares its cores with everything else. */
export const isProcessor = (device: string): boolean => kindOf(device) === 'cpu';

/** Whether a device is an NVIDIA GPU, by whatever provider. */
export const isNvidia = (device: string): boolean => ['cuda', 'tensorrt'].includes(kindOf(device));

/** What may be known of NVIDIA's GPUs. */
export interface NvidiaGpus {
  /** `CUDA_VISIBLE_DEVICES` */
  readonly visible: string | undefined;
  /** The number of GPUs that the driver has. */
  readonly count: number;
}

export function nvidiaGpus(): NvidiaGpus {
  let count = 0;
  try {
    count = readdirSync('/proc/driver/nvidia/gpus').length;
  } catch {
    // Without the driver, or not on Linux.
  }
  return { visible: process.env.CUDA_VISIBLE_DEVICES, count };
}

/** Every GPU of the kind of a device, such as `cuda:0`, `cuda:1`; the device itself where they cannot be counted. */
export function devicesLike(device: string, gpus: NvidiaGpus = nvidiaGpus()): string[] {
  if (!isNvidia(device)) return [device];
  const kind = kindOf(device);
  const { visible, count } = gpus;
  const usable = visible === undefined ? count : visible.split(',').filter((id) => id.trim()).length;
  return usable < 2 ? [device] : Array.from({ length: usable }, (_, index) => `${kind}:${index}`);
}
