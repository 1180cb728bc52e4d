/** A process that examines no device: it behaves as the name of the device says. @module */
import type { Examination, Finding } from '../../../src/run/doctor/examination.js';

const send = (finding: Finding): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(finding, () => resolve());
  });

process.once('message', async ({ device, sizesPx }: Examination) => {
  const [kind, rate] = device.split(':');
  if (kind === 'absent') {
    await send({ type: 'unavailable', message: 'no  such\ndevice', cure: 'Buy one.' });
    process.exit(0);
  }
  await send({ type: 'available', version: 'fake 1.0' });
  if (kind === 'crashing') process.kill(process.pid, 'SIGABRT');
  else if (kind === 'silent') setInterval(() => {}, 1000);
  else {
    const wrong = kind === 'wrong' ? [{ name: 'pooling', message: 'differs' }] : [];
    const result = { passed: 12 - wrong.length, failed: wrong.length, difference: 0, failures: wrong };
    await send({ type: 'conformance', result });
    for (const sizePx of sizesPx)
      await send({ type: 'speed', speed: { sizePx, stepsPerSecond: Number(rate) } });
    process.exit(0);
  }
});
