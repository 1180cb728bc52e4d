/** Images as files of numbers, for PyTorch. @module */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor } from '../../src/engine/index.js';
import type { Pair } from '../bench/pictures/pairs.js';

/** Writes the images of a pair. Returns their paths, and their shape `[height, width, 3]`. */
export async function writePair(folder: string, { content, style }: Pair, image: HostTensor) {
  const write = async (name: string, { data }: HostTensor) => {
    const file = join(folder, `${name}.f32`);
    await writeFile(file, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    return file;
  };
  return {
    content: await write('content', content),
    style: await write('style', style),
    image: await write('image', image),
    shape: content.shape.slice(1),
  };
}
