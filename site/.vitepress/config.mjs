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
    page('Checking labels', 'gate'),
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

/** Marks short code, which must not break within an option. */
const markShortCode = (markdown) => {
  const render = markdown.renderer.rules.code_inline;
  markdown.renderer.rules.code_inline = (tokens, index, ...others) => {
    if (tokens[index].content.length <= 28) tokens[index].attrJoin('class', 'short');
    return render(tokens, index, ...others);
  };
};

const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='%233451b2'/><path d='M3 5l2.5 6L8 6l2.5 5L13 5' fill='none' stroke='white' stroke-width='1.6'/></svg>";

export default defineConfig({
  title: 'wildstyle',
  description: 'Folders of labeled images become a larger, style-augmented training set.',
  srcDir: 'pages',
  base: process.env.SITE_BASE ?? '/',
  cleanUrls: true,
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: icon }]],
  // A page without sections has nothing to list beside it.
  transformPageData: (page) => {
    if (page.relativePath === 'commands.md') page.frontmatter.aside = false;
  },
  themeConfig: {
    nav: [
      page('Getting started', 'getting-started'),
      page('Recipes', 'recipes'),
      page('Pictures', 'gallery'),
      page('Job', 'formats'),
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
  },
  markdown: { anchor: { slugify: anchorOf }, config: markShortCode },
});
