/** The method `fda`: low frequencies get the amplitudes of the style (Yang & Soatto 2020, "FDA"). @module */
import { z } from 'zod';
import { directMethod } from '../direct.js';
import { exchangeAmplitudes } from './amplitudes.js';

export const fda = directMethod({
  name: 'fda',
  version: 1,
  parameters: {
    fda: z
      .strictObject({
        beta: z
          .number()
          .min(0)
          .max(0.25)
          .default(0.01)
          .describe('Edge of the square of frequencies that is exchanged: twice `beta` of the short edge'),
      })
      .prefault({})
      .describe('Parameters of the method fda'),
  },
  resolve: ({ fda: { beta } }) => ({ fda: { beta } }),
  gentler: ({ fda: { beta } }) => ({ fda: { beta: beta / 2 } }),
  style: 'contentShape',
  make: (content, style, { fda: { beta } }) => exchangeAmplitudes(content, style, beta),
});
