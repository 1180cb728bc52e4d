/** Another domain, from a separate source: drawings of the classes, the emoji of two vendors, from npm. @module */
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { LabeledFile } from './datasets.js';

const version = '16.0.0';
/** Graphics: Noto Emoji (Apache 2.0) and Twemoji (CC BY 4.0). They are used, not passed on. */
const vendors = ['google', 'twitter'];
const mostOfVendor = 20;

const names = (text: string): string[] => text.trim().split(/\s+/);

/** Short names of emoji, by class. A class has the first ones. */
const drawings: Readonly<Record<string, readonly string[]>> = {
  bird: names(`rooster chicken baby_chick black_bird bird penguin dove_of_peace turkey eagle duck owl peacock parrot swan
    dodo flamingo goose hatched_chick`),
  dog: names('service_dog dog2 poodle dog guide_dog'),
  mammal:
    names(`mouse2 ox cow2 tiger2 leopard rabbit2 cat2 racehorse sheep goat monkey pig2 elephant camel hippopotamus
    rhinoceros kangaroo gorilla bear hedgehog`),
  vehicle: names(`racing_car steam_locomotive bus ambulance fire_engine police_car taxi car truck tractor bike
    motor_scooter pickup_truck ship speedboat canoe helicopter small_airplane airplane trolleybus`),
};

/** @returns drawings on white, or the reason why there are none */
export async function drawingsIn(work: string): Promise<LabeledFile[] | string> {
  const packages = join(work, 'emoji');
  await mkdir(packages, { recursive: true });
  const wanted = vendors.map((vendor) => `emoji-datasource-${vendor}`);
  const folderOf = (name: string) => join(packages, 'node_modules', name);
  try {
    await Promise.all(wanted.map((name) => readFile(join(folderOf(name), 'emoji.json'))));
  } catch {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
    const pinned = wanted.map((name) => `${name}@${version}`);
    try {
      await promisify(execFile)('npm', ['install', '--prefix', packages, ...options, ...pinned]);
    } catch (error) {
      return `npm cannot install ${pinned.join(' and ')}: ${(error as Error).message.split('\n')[0]}`;
    }
  }
  const found: LabeledFile[] = [];
  for (const [i, vendor] of vendors.entries()) {
    const root = folderOf(wanted[i]);
    const all = JSON.parse(await readFile(join(root, 'emoji.json'), 'utf8')) as Record<string, string>[];
    const images = new Map(all.map(({ short_name, image }) => [short_name, image]));
    for (const [label, members] of Object.entries(drawings)) {
      const folder = join(work, 'drawings', label);
      await mkdir(folder, { recursive: true });
      for (const name of members.slice(0, mostOfVendor)) {
        const file = join(folder, `${vendor}-${name}.png`);
        const image = images.get(name);
        if (!image) return `emoji-datasource-${vendor} has no ${name}`;
        await sharp(join(root, 'img', vendor, '64', image))
          .flatten({ background: '#ffffff' })
          .toFile(file);
        found.push({ file, label, styleFolder: '' });
      }
    }
  }
  return found;
}
