/** What a GPU leaves to the processor, as text. @module */
import type { OnProcessor } from '../../run/doctor/step-placement.js';

/** Undefined if the GPU leaves nothing. */
export function onProcessorText({ nodes, operators }: OnProcessor): string | undefined {
  const entries = Object.entries(operators).toSorted(([, a], [, b]) => b - a);
  const count = entries.reduce((sum, [, number]) => sum + number, 0);
  if (count === 0) return undefined;
  const list = entries.map(([operator, number]) => `${operator} ${number}`).join(', ');
  return `${count} of ${nodes} nodes of a step run on the processor: ${list}`;
}
