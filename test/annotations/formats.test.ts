import test from 'ava';
import { parseCoco } from '../../src/annotations/formats/coco.js';
import { parseYolo } from '../../src/annotations/formats/yolo.js';

const coco = (changes: object = {}) =>
  JSON.stringify({
    images: [{ id: 7, file_name: 'a.jpg', width: 20, height: 10 }],
    categories: [{ id: 3, name: 'cat' }],
    annotations: [
      { image_id: 7, category_id: 3, bbox: [1, 2, 3, 4], segmentation: [[1, 2, 4, 2, 4, 6]], iscrowd: 0 },
    ],
    ...changes,
  });

test('COCO: boxes, polygons, run lengths as numbers and as text', (t) => {
  t.deepEqual(parseCoco(coco(), 'f').images.get('a.jpg'), {
    widthPx: 20,
    heightPx: 10,
    objects: [{ category: 'cat', categoryId: 3, bbox: [1, 2, 3, 4], polygons: [[1, 2, 4, 2, 4, 6]] }],
  });
  const crowd = { image_id: 7, category_id: 3, bbox: [0, 0, 1, 1], iscrowd: 1 };
  const runs = { ...crowd, segmentation: { size: [2, 2], counts: [1, 3] } };
  const text = { ...crowd, segmentation: { size: [2, 2], counts: '13' } };
  const [first, second] =
    parseCoco(coco({ annotations: [runs, text] }), 'f').images.get('a.jpg')?.objects ?? [];
  t.deepEqual(first, second);
  t.like(first, { isCrowd: true, rle: { size: [2, 2], counts: '13' } });
});

test('COCO: mistakes are named', (t) => {
  const mistakes: [text: string, message: RegExp][] = [
    ['{', /^f: it is not JSON/],
    ['{}', /^f: images: /],
    [coco({ categories: [] }), /annotations\.0: there is no category 3/],
    [coco({ images: [] }), /annotations\.0: there is no image 7/],
  ];
  for (const [text, message] of mistakes)
    t.throws(() => parseCoco(text, 'f'), { code: 'annotations-invalid', message });
});

test('YOLO: boxes and outlines', (t) => {
  t.deepEqual(parseYolo('1 0.5 0.5 0.2 0.4\n\n0 0 0 1 0 1 0.5\r\n', ['cat'], 'f'), {
    isRelative: true,
    objects: [
      { category: '1', categoryId: 1, bbox: [0.4, 0.3, 0.2, 0.4] },
      { category: 'cat', categoryId: 0, bbox: [0, 0, 1, 0.5], polygons: [[0, 0, 1, 0, 1, 0.5]] },
    ],
  });
  for (const text of ['cat 0 0 1 1', '0 0 0 1', '-1 0 0 1 1', '0 0 0 1 1 1'])
    t.throws(() => parseYolo(text, [], 'f'), {
      code: 'annotations-invalid',
      message: /^f:1 is not a YOLO label/,
    });
});
