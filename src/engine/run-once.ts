/** Runs a compiled function on host arrays. @module */
import type { Compiled, Engine, HostTensor, Named } from './engine.js';

/** Copies the inputs to the device, runs the function, copies the outputs back and disposes all device values. */
export async function runOnce(
  engine: Engine,
  compiled: Compiled,
  inputs: Named<HostTensor>,
): Promise<Named<HostTensor>> {
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => [name, engine.put(tensor)]),
  );
  const outputs = await compiled.run(values);
  const read: Record<string, HostTensor> = {};
  for (const [name, value] of Object.entries(outputs)) {
    read[name] = { data: await engine.read(value), shape: value.shape };
  }
  for (const value of [...Object.values(values), ...Object.values(outputs)]) value.dispose();
  return read;
}
