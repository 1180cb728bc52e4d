/** The photographs of the proof: which belong to which class, and a split that no photograph crosses. @module */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOfSeed, random32 } from '../../src/random.js';

const names = (text: string): string[] => text.trim().split(/\s+/);

/** File names without extension, by class. */
export const classes: Readonly<Record<string, readonly string[]>> = {
  bird: names(`african_grey albatross bittern black_stork brambling bulbul bustard coucal drake european_gallinule
    flamingo goose great_grey_owl hen indigo_bunting jacamar king_penguin limpkin little_blue_heron magpie
    oystercatcher pelican ptarmigan quail red-backed_sandpiper redshank ruddy_turnstone spoonbill
    sulphur-crested_cockatoo water_ouzel bee_eater black_grouse black_swan chickadee cock goldfinch hummingbird jay
    junco kite lorikeet macaw ostrich partridge peacock red-breasted_merganser robin ruffed_grouse toucan vulture`),
  dog: names(`afghan_hound airedale american_staffordshire_terrier appenzeller australian_terrier basenji beagle
    bernese_mountain_dog blenheim_spaniel border_terrier boston_bull bouvier_des_flandres briard brittany_spaniel
    bull_mastiff cardigan chesapeake_bay_retriever chow clumber cocker_spaniel collie curly-coated_retriever dalmatian
    dandie_dinmont doberman entlebucher eskimo_dog flat-coated_retriever french_bulldog german_shepherd gordon_setter
    great_dane groenendael irish_setter irish_wolfhound japanese_spaniel keeshond komondor labrador_retriever leonberg
    lhasa malamute malinois miniature_poodle newfoundland norwich_terrier old_english_sheepdog pembroke pomeranian pug`),
  mammal: names(`american_black_bear arabian_camel arctic_fox armadillo baboon badger beaver bighorn bison
    black-footed_ferret brown_bear capuchin cheetah chimpanzee colobus cougar egyptian_cat fox_squirrel gazelle
    giant_panda gibbon grey_fox guenon guinea_pig hamster hippopotamus howler_monkey hyena ibex ice_bear impala
    indian_elephant indri jaguar koala langur leopard lesser_panda lion llama macaque marmoset meerkat mink mongoose
    orangutan otter ox persian_cat polecat`),
  vehicle:
    names(`aircraft_carrier airliner airship ambulance bicycle-built-for-two bobsled cab canoe catamaran
    container_ship dogsled electric_locomotive fire_engine fireboat freight_car garbage_truck go-kart golfcart
    harvester horse_cart jeep jinrikisha lifeboat limousine liner minibus mobile_home moped motor_scooter moving_van
    oxcart passenger_car pickup police_van recreational_vehicle school_bus schooner snowmobile snowplow space_shuttle
    speedboat sports_car steam_locomotive streetcar submarine tank tow_truck trailer_truck trolleybus warplane`),
};

export interface Photographs {
  /** `<root>/<class>/<file>`. */
  readonly train: string;
  readonly test: string;
}

/**
 * Copies the photographs into two folders of classes. The split is drawn once, and each photograph is in one part only.
 * @param source the folder with `train/` and `content/<class>/`
 * @param most images of each class to train on, and at most this share of them
 * @param wanted names of classes. Default: all
 */
export async function layOut(
  source: string,
  work: string,
  most: number,
  share = 0.6,
  wanted: readonly string[] = Object.keys(classes),
): Promise<Photographs> {
  const files = new Map<string, string>();
  for (const folder of [
    'train',
    ...(await readdir(join(source, 'content'))).map((name) => join('content', name)),
  ])
    for (const file of await readdir(join(source, folder)))
      files.set(file.replace(/\.[^.]+$/, ''), join(source, folder, file));
  const roots = { train: join(work, 'photographs/train'), test: join(work, 'photographs/test') };
  for (const [index, [label, members]] of Object.entries(classes).entries()) {
    if (!wanted.includes(label)) continue;
    const found = members.flatMap((name) => files.get(name) ?? []);
    const drawn = found
      .map((file, i) => ({ file, order: random32(keyOfSeed(6), index, i) }))
      .sort((a, b) => a.order - b.order);
    const count = Math.min(most, Math.floor(share * drawn.length));
    for (const [i, { file }] of drawn.entries()) {
      const folder = join(i < count ? roots.train : roots.test, label);
      await mkdir(folder, { recursive: true });
      await copyFile(file, join(folder, file.split('/').at(-1) ?? file));
    }
  }
  return roots;
}
