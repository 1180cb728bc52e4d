/** Finds out which provider runs each node of a graph: ONNX Runtime tells that only in its profiles. @module */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Placement } from '../engine.js';
import type { Graph } from './graph.js';
import { serialize } from './serialize.js';

/** An event of a profile; those of nodes name their operator and provider. */
interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

/** Runs a graph once, on ones, and counts its nodes by provider and operator. */
export async function placementOf(
  graph: Graph,
  options: InferenceSession.SessionOptions,
): Promise<Placement> {
  const folder = await mkdtemp(join(tmpdir(), 'wildstyle-profile-'));
  try {
    const { bytes, externalData } = serialize(graph);
    const session = await InferenceSession.create(bytes, {
      ...options,
      externalData,
      enableProfiling: true,
      profileFilePrefix: join(folder, 'profile'),
    });
    const feeds = graph.inputs.map(({ name, dimensions }) => {
      const size = dimensions.reduce((a, b) => a * b, 1);
      return [name, new Tensor('float32', new Float32Array(size).fill(1), dimensions)];
    });
    await session.run(Object.fromEntries(feeds));
    session.endProfiling();
    await session.release();
    const [file] = await readdir(folder);
    return countNodes(JSON.parse(await readFile(join(folder, file), 'utf8')) as ProfileEvent[]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Counts the nodes of a profile. */
export function countNodes(events: readonly ProfileEvent[]): Placement {
  const placement: Record<string, Record<string, number>> = {};
  const seen = new Set<string>();
  for (const { cat, name = '', args } of events) {
    if (cat !== 'Node' || !args?.provider || !args.op_name || seen.has(name)) continue;
    seen.add(name);
    const provider = args.provider.replace(/ExecutionProvider$/, '').toLowerCase();
    placement[provider] ??= {};
    placement[provider][args.op_name] = (placement[provider][args.op_name] ?? 0) + 1;
  }
  return placement;
}
