/** Examines one device: opens it, runs the smoke test and times steps. A process of its own. @module */
import { createEngine } from '../../engine/index.js';
import { smokeBoundOf, smokeTest } from '../../engine/smoke/smoke-test.js';
import { asWildstyleError } from '../../errors.js';
import type { Examination, Finding } from './examination.js';
import { lossRatio } from './loss-ratio.js';
import { onProcessor, watched } from './step-placement.js';
import { stepsPerSecond } from './step-speed.js';

const send = (finding: Finding): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(finding, () => resolve());
  });

async function examine({ engine: name, device, precision, threads, sizesPx }: Examination): Promise<void> {
  try {
    const options = { device, ...(threads !== undefined && { threads }) };
    const engine = await createEngine(name, { ...options, precision });
    await send({ type: 'available', version: engine.version });
    await send({ type: 'conformance', result: await smokeTest(engine, smokeBoundOf(device, precision)) });
    if (precision !== 'float32')
      await send({ type: 'loss', ratio: await lossRatio(engine, await createEngine(name, options)) });
    const watching = watched(engine);
    for (const [index, sizePx] of sizesPx.entries()) {
      const speed = { sizePx, stepsPerSecond: await stepsPerSecond(watching.engine, sizePx) };
      await send({ type: 'speed', speed });
      const placement = index === 0 && (await watching.placement());
      if (placement) await send({ type: 'placement', onProcessor: onProcessor(placement) });
    }
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
