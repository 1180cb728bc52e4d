/** Names of the inputs that guided terms are given. @module */
export const guideName = {
  weights: (layer: string) => `guide/weights/${layer}`,
  places: 'guide/places',
} as const;
