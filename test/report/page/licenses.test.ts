import test from 'ava';
import { licensesOfImages, licensesOfWeights } from '../../../src/report/page/sections/licenses.js';
import { RightsSurvey } from '../../../src/report/page/survey/rights-survey.js';

const counts = (licenses: unknown) => ({ counts: { licenses } }) as Parameters<typeof licensesOfImages>[0];

test('images without licenses are counted, and where licenses come from is said', (t) => {
  const rights = new RightsSurvey();
  rights.add({ content: { sha256: 'a' }, style: { sha256: 'a' } });
  rights.add({ content: { sha256: 'a' }, style: { sha256: 'b' }, style2: { sha256: 'c' } });
  t.regex(
    licensesOfImages(counts(undefined), rights),
    /None of the 4 content and style images has a license/,
  );
});

test('authors are counted by image, with those that have none; names are text', (t) => {
  const rights = new RightsSurvey();
  rights.add({ content: { sha256: 'a', author: '<b>Ann' }, style: { sha256: 's', license: 'CC0-1.0' } });
  rights.add({ content: { sha256: 'b' }, style2: { sha256: 't' } });
  const licenses = [
    { role: 'style', license: 'CC0-1.0', images: 1 },
    { role: 'style', license: null, images: 1 },
  ];
  const html = licensesOfImages(counts(licenses), rights);
  const rows = [...html.matchAll(/<tr><th scope="row">(.*?)<\/tr>/g)].map(([, row = '']) =>
    row.replace(/<[^>]*>/g, '|').replace(/\|+/g, '|'),
  );
  t.deepEqual(rows, [
    'style images|CC0-1.0|1|',
    'style images|none on record|1|',
    'content images|&lt;b&gt;Ann|1|',
    'content images|none on record|1|',
    'style images|none on record|2|',
  ]);
});

test('weights have the license of their file; those of random networks need none', (t) => {
  const weights = [
    { network: 'compact', isTrained: true, license: 'CC BY 4.0', attribution: 'VGG', weights: 'd1' },
    { network: 'random', isTrained: false, license: null, attribution: null, weights: 'd2' },
    { network: 'vgg19', isTrained: true, license: null, attribution: null, weights: 'd3' },
  ];
  const html = licensesOfWeights(weights);
  t.regex(html, /compact<\/th><td><bdi>CC BY 4\.0<\/bdi><\/td><td><bdi>VGG</);
  t.regex(html, /random<\/th><td><bdi>none needed: drawn, not trained</);
  t.regex(html, /vgg19<\/th><td><strong>none on record</);
  t.regex(licensesOfWeights(undefined), /Not on record/, 'a dataset of an earlier version');
});
