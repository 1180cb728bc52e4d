/** What losses know of meaning, in short: two drawn faces, the package's own network. @module */
import test from 'ava';
import { drawFace, drawFaces, faces, parts } from '../../scripts/bench/semantics/faces.js';
import { colorDistance, meanColor } from '../../scripts/bench/semantics/lab.js';
import { benchSemantics } from '../../scripts/bench/semantics/semantics.js';

test('both faces have every part, and only the eyes of the second are blue', (t) => {
  for (const face of Object.values(faces)) {
    const { pixels, numbers } = drawFace(face, 96);
    t.deepEqual([...new Set(numbers)].sort(), [...parts.keys()]);
    const isBlue = (pixel: number) => pixels.data[3 * pixel + 2] > pixels.data[3 * pixel] + 60;
    const blue = [...numbers.keys()].filter(isBlue);
    // Pixels at the border of an iris are partly blue.
    t.true(blue.every((pixel) => ['iris', 'white', 'pupil'].includes(parts[numbers[pixel]])));
    t.is(blue.length > 20, face === faces.style);
  }
});

test('distances of colors are those of CIELAB', (t) => {
  const image = (...rgb: number[]) => ({ data: Uint8Array.from(rgb), widthPx: 1, heightPx: 1 });
  const [white, black, red, blue] = [
    [255, 255, 255],
    [0, 0, 0],
    [255, 0, 0],
    [0, 0, 255],
  ].map((rgb) => meanColor(image(...rgb), () => true));
  t.true(Math.abs(colorDistance(white, black) - 100) < 0.01);
  // CIELAB of sRGB red is (53.24, 80.09, 67.20), of blue (32.30, 79.19, -107.86).
  t.true(Math.abs(colorDistance(red, blue) - 176.31) < 0.1, `${colorDistance(red, blue)}`);
});

test('gram does not carry the color of the eyes to the eyes; nearestNeighbor, relaxedEmd and masks do', async (t) => {
  const losses = ['gram', 'nearestNeighbor', 'relaxedEmd', 'gram with masks'];
  const options = { network: 'compact', steps: 30, strength: 10, losses } as const;
  const figures = await benchSemantics(drawFaces(128), options);
  const iris = Object.fromEntries(Object.entries(figures).map(([name, distances]) => [name, distances.iris]));
  t.log(iris);
  t.true(iris.gram > 0.9 * iris.content, 'the eyes stay as far from blue as they were');
  for (const name of ['nearestNeighbor', 'relaxedEmd', 'gram with masks'])
    t.true(iris[name] < 0.87 * iris.gram, name);
});
