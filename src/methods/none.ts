/** The method `none`: the content image as it is, for items that are only augmented. @module */
import { directMethod } from './direct.js';

export const none = directMethod({
  name: 'none',
  version: 1,
  parameters: {},
  resolve: () => ({}),
  style: 'none',
  make: (content) => content,
});
