/** The script of a worker process: passes messages on to an {@link ItemWorker}. @module */
import { ItemWorker } from './item-worker.js';
import { volunteer } from './out-of-memory.js';
import type { ToWorker } from './protocol.js';

volunteer();

const worker = new ItemWorker((message) => {
  // If the orchestrator has exited, `disconnect` ends this process.
  if (process.connected) process.send?.(message);
});

// Ctrl-C and a closed terminal reach the whole process group, but the orchestrator decides how to stop.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
process.on('disconnect', () => process.exit(1));

process.on('message', async (message: ToWorker) => {
  await worker.handle(message);
  if (message.type !== 'stop') return;
  process.disconnect();
  process.exit(0);
});
