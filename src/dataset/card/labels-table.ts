/** The part of the card that says how many images still show their class. @module */
import { type GateCounts, strengthsIn, withoutStrength } from '../ledger/gate-record.js';

type Row = GateCounts['classes'][string];

const percent = (count: number, of: number): string => (of === 0 ? '' : `${Math.round((100 * count) / of)}%`);

/** The shares of labels kept, in all, by class, style and strength. */
export function labelsTable(
  gate: GateCounts,
  table: (head: readonly string[], rows: readonly (readonly unknown[])[]) => string,
  cell: (value: unknown) => string,
): string {
  const row = (name: string, { judged, first, kept }: Row) => [
    name,
    judged,
    percent(first, judged),
    percent(kept, judged),
  ];
  const rows = [
    row('**all**', gate),
    ...Object.entries(gate.classes).map(([name, entry]) => row(`class ${cell(name)}`, entry)),
    ...Object.entries(gate.styles).map(([name, entry]) => row(`style ${cell(name)}`, entry)),
    ...strengthsIn(gate).map(([name, entry]) =>
      row(name === withoutStrength ? name : `strength ${cell(name)}`, entry),
    ),
  ];
  const unjudged =
    gate.unjudged === 0
      ? ''
      : ` ${gate.unjudged} more were not judged, because it does not recognize their originals.`;
  return `A classifier was asked whether stylized images still show their class; the record of each has every attempt. \`first\` is the share at the strength that was drawn, \`in the end\` the share after gentler attempts.${unjudged}\n\n${table(['', 'judged', 'first', 'in the end'], rows)}`;
}
