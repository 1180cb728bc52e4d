/** Whether text can be drawn on this machine: the image library takes its fonts from the system. @module */
import { existsSync } from 'node:fs';
import sharp from 'sharp';

const fontConfiguration = '/etc/fonts/fonts.conf';

/**
 * Whether text in an SVG comes out as letters. Without fonts, the library draws nothing or equal boxes; without their
 * configuration, it also complains on the terminal, so that on Linux its presence is asked first.
 */
export async function canDrawText(): Promise<boolean> {
  const configured = process.env.FONTCONFIG_FILE ?? process.env.FONTCONFIG_PATH ?? fontConfiguration;
  if (process.platform === 'linux' && !existsSync(configured)) return false;
  const [narrow, wide] = await Promise.all([inkOf('iiii'), inkOf('MMMM')]);
  return narrow > 0 && wide > narrow;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** How a text is written where it is part of SVG; characters that XML forbids are left out. */
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
