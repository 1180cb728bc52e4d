/** Examines one device: opens it, runs the smoke test and times steps. A process of its own. @module */
import { createEngine } from '../../engine/index.js';
import { smokeTest } from '../../engine/smoke/smoke-test.js';
import { asWildstyleError } from '../../errors.js';
import type { Examination, Finding } from './examination.js';
import { stepsPerSecond } from './step-speed.js';

const send = (finding: Finding): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(finding, () => resolve());
  });

async function examine({ engine: name, device, threads, sizesPx }: Examination): Promise<void> {
  try {
    const engine = await createEngine(name, { device, ...(threads !== undefined && { threads }) });
    await send({ type: 'available', version: engine.version });
    await send({ type: 'conformance', result: await smokeTest(engine) });
    for (const sizePx of sizesPx)
      await send({ type: 'speed', speed: { sizePx, stepsPerSecond: await stepsPerSecond(engine, sizePx) } });
    engine.dispose();
  } catch (error) {
    const { message, cure } = asWildstyleError(error);
    await send({ type: 'unavailable', message, ...(cure && { cure }) });
  }
}

process.on('disconnect', () => process.exit(1));
process.once('message', (examination: Examination) => {
  void examine(examination).finally(() => process.exit(0));
});
