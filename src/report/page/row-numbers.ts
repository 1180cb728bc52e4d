/** The numbers of a row by which images are ordered and chosen. @module */

/** By the key of the row, with the name that the page shows. `probability` is in `gate`. */
export const rowNumbers = {
  strength: 'strength',
  loss: 'final loss',
  contentLoss: 'content loss (loss of content)',
  styleTerms: 'style loss',
  edgeF1: 'edge F1',
  steps: 'steps',
  elapsedMs: 'time',
  probability: 'probability of the class',
} as const;

/** One of {@link rowNumbers}. */
export type RowNumber = keyof typeof rowNumbers;
