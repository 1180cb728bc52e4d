import { defineConfig } from 'vitepress';

/** As code hosts make anchors, so that links work in both places. */
const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const page = (text, link) => ({ text, link: `/${link}` });
const group = (text, items) => ({ text, items });

const sidebar = [
  page('Getting started', 'getting-started'),
  group('Guides', [
    page('Choose a recipe', 'recipes'),
    page('Losses in pictures', 'gallery'),
    page('Methods and augmentation', 'ensembles'),
    page('Labels that are checked', 'gate'),
    page('Splits', 'splits'),
    page('Boxes and masks', 'annotations'),
    page('Overnight', 'scheduling'),
    page('Many machines', 'clusters'),
    page('Engines', 'engines'),
    page('GPUs', 'gpu'),
    page('Training in each framework', 'loading'),
    page('Other formats', 'exports'),
    page('Looking at a dataset', 'report'),
  ]),
  group('Reference', [
    page('Job, manifest, metadata', 'formats'),
    page('Commands', 'commands'),
    page('Errors', 'errors'),
    page('Networks', 'networks'),
    page('Weights', 'weights'),
    page('Using the library', 'library'),
    page('Library reference', 'api/'),
  ]),
  group('How it works', [
    page('In one page', 'how-it-works'),
    page('Architecture', 'architecture'),
    page('Measured, and compared with other tools', 'comparisons'),
    page('Benchmarks', 'benchmarks'),
    page('Does it help?', 'proof'),
    page('Dependencies', 'dependencies'),
    page('Changes', 'changelog'),
  ]),
];

export default defineConfig({
  title: 'wildstyle',
  description: 'Folders of labeled images become a larger, style-augmented training set.',
  srcDir: 'pages',
  base: process.env.SITE_BASE ?? '/',
  cleanUrls: true,
  lastUpdated: false,
  themeConfig: {
    nav: [
      page('Getting started', 'getting-started'),
      page('Recipes', 'recipes'),
      page('Pictures', 'gallery'),
      page('Job', 'formats'),
    ],
    sidebar,
    outline: 'deep',
    search: { provider: 'local' },
  },
  markdown: { anchor: { slugify: anchorOf } },
});
