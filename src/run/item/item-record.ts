/** Builds the records of finished items. @module */
import type { ItemRecord } from '../../dataset/ledger/record.js';
import type { Engine } from '../../engine/engine.js';
import type { WildstyleError } from '../../errors.js';
import type { PlanItem } from '../../plan/item.js';
import { resolvedRecipe } from '../../stylize/spec.js';
import type { Stylized } from '../../stylize/stylizer.js';

/** What was published for an item. */
export interface PublishedImage {
  readonly sha256: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What is known about an item before anything is made of it. */
function planned(item: PlanItem) {
  const { sha256, path } = item.content;
  const stylized = item.kind === 'stylized' ? item : undefined;
  return {
    id: item.id,
    kind: item.kind,
    label: item.content.label,
    content: { path, sha256 },
    style: stylized ? { path: stylized.style.path, sha256: stylized.style.sha256 } : null,
    replica: stylized?.replica ?? 0,
    seed: stylized?.seed ?? null,
    recipe: stylized ? { ...resolvedRecipe(stylized.recipe) } : { ...item.recipe },
  };
}

const describe = ({ name, device, version }: Engine) => ({ name, device, version });

/** The record of an item whose image is published. `made` is absent for an original. */
export function completeRecord(
  item: PlanItem,
  image: PublishedImage,
  made: { result: Stylized; engine: Engine; network: { name: string; weights: string } } | undefined,
): ItemRecord {
  const curve = made?.result.curve ?? [];
  return {
    ...planned(item),
    status: 'complete',
    file: item.file,
    ...image,
    network: made ? made.network : null,
    engine: made ? describe(made.engine) : null,
    loss: made ? { initial: curve[0], final: curve[curve.length - 1], curve: [...curve] } : null,
    steps: made?.result.steps ?? null,
    evaluations: made?.result.evaluations ?? null,
    restarts: made?.result.restarts ?? null,
    elapsedMs: made ? Math.round(made.result.elapsedMs) : null,
    error: null,
  };
}

/** The record of an item that could not be made. */
export function failedRecord(item: PlanItem, { code, message }: WildstyleError): ItemRecord {
  return {
    ...planned(item),
    status: 'failed',
    file: null,
    sha256: null,
    widthPx: null,
    heightPx: null,
    network: null,
    engine: null,
    loss: null,
    steps: null,
    evaluations: null,
    restarts: null,
    elapsedMs: null,
    error: { code, message },
  };
}
