/** The size of features. @module */

/**
 * What features of Caffe's networks are divided by. These networks take pixels from 0 to 255, torchvision's take them in units
 * of their standard deviation, about 58 times smaller, and features grow with the input. Weights of losses that are not
 * relative must not depend on the file. A power of two changes no digit of a relative loss.
 */
export const caffeUnit = 64;
