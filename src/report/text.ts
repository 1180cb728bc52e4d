/** Text in SVG. The image library uses system fonts, so not every machine can draw text. @module */
import { existsSync } from 'node:fs';
import sharp from 'sharp';

const fontConfiguration = '/etc/fonts/fonts.conf';

/**
 * Whether text in an SVG is rendered as letters. Without fonts, the library draws nothing or identical boxes. Without a
 * font configuration it also prints warnings, so on Linux this first checks that one exists.
 */
export async function canDrawText(): Promise<boolean> {
  const configured = process.env.FONTCONFIG_FILE ?? process.env.FONTCONFIG_PATH ?? fontConfiguration;
  if (process.platform === 'linux' && !existsSync(configured)) return false;
  const [narrow, wide] = await Promise.all([inkOf('iiii'), inkOf('MMMM')]);
  return narrow > 0 && wide > narrow;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text for SVG and drops characters that XML forbids. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '')
    .replace(/[&<>"]/g, (character) => entities[character] ?? '');
}

async function inkOf(text: string): Promise<number> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="30"><text x="2" y="22" font-family="sans-serif" font-size="20">${text}</text></svg>`;
  const alpha = await sharp(Buffer.from(svg)).extractChannel('alpha').raw().toBuffer();
  return alpha.reduce((sum, value) => sum + value, 0);
}
