/** Reads label files of YOLO: a class and a box, or a class and an outline, per line, as shares of width and height. @module */
import { WildstyleError } from '../../errors.js';
import type { AnnotatedObject, SourceAnnotations } from '../object.js';

/**
 * Parses a label file.
 * @param names names of the classes, by number; a class without one is named by its number
 * @param file for messages
 * @throws `annotations-invalid` with file and line
 */
export function parseYolo(text: string, names: readonly string[], file: string): SourceAnnotations {
  const objects = text.split(/\r?\n/).flatMap((line, index): AnnotatedObject[] => {
    if (line.trim() === '') return [];
    const [categoryId, ...values] = line.trim().split(/\s+/).map(Number);
    const isOutline = values.length >= 6 && values.length % 2 === 0;
    const isNumeric = Number.isInteger(categoryId) && categoryId >= 0 && values.every(Number.isFinite);
    if (!isNumeric || (values.length !== 4 && !isOutline)) {
      throw new WildstyleError(
        'annotations-invalid',
        `${file}:${index + 1} is not a YOLO label: ${JSON.stringify(line)}`,
        {
          cure: 'Write a class number, then center x, center y, width and height, or the corners of an outline.',
        },
      );
    }
    const category = names[categoryId] ?? String(categoryId);
    if (!isOutline) {
      const [x, y, width, height] = values;
      return [{ category, categoryId, bbox: [x - width / 2, y - height / 2, width, height] }];
    }
    const [xs, ys] = [0, 1].map((axis) => values.filter((_, i) => i % 2 === axis));
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    return [
      {
        category,
        categoryId,
        bbox: [left, top, Math.max(...xs) - left, Math.max(...ys) - top],
        polygons: [values],
      },
    ];
  });
  return { objects, isRelative: true };
}
