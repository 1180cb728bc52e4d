// Builds the documentation as a site, in site/.vitepress/dist. Fails at a link that leads nowhere.
// Usage: npm run docs:site, which installs what the build needs in site/.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { brokenLinks } from './check-links.mjs';
import { stagePages, stageReference } from './stage.mjs';

const site = dirname(fileURLToPath(import.meta.url));
const root = dirname(site);
const pages = join(site, 'pages');

stagePages(root, pages);
stageReference(root, site, pages);
await build(site);
const broken = brokenLinks(join(site, '.vitepress', 'dist'), process.env.SITE_BASE ?? '/');
if (broken.length > 0) {
  console.error(`Links that lead nowhere:\n${broken.join('\n')}`);
  process.exitCode = 1;
}
