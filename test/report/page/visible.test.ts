import test from 'ava';
import { escapeHtml, hrefOf, scriptJson, visible } from '../../../src/report/page/visible.js';

test('shows characters that hide or reorder others by their names', (t) => {
  t.is(visible('cat\u202egpj.exe'), 'cat[U+202E]gpj.exe');
  t.is(visible('a\u200bb\u0000c\u2066d\ud800'), 'a[U+200B]b[U+0000]c[U+2066]d[U+D800]');
  t.is(visible('חתול 猫 😀\n'), 'חתול 猫 😀\n');
});

test('escapes markup and both quotes', (t) => {
  t.is(escapeHtml(`<b a="1" c='2'>&`), '&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;');
});

test('JSON in a script element cannot end it, and stays the same value', (t) => {
  const value = { name: '</script><!--<script>\u2028&' };
  const text = scriptJson(value);
  t.notRegex(text, /[<>&\u2028]/);
  t.deepEqual(JSON.parse(text), value);
});

test('addresses of images stay below the page', (t) => {
  t.is(hrefOf('train/a b/#1?.jpg'), './train/a%20b/%231%3F.jpg');
  t.is(hrefOf('javascript:alert(1)'), './javascript%3Aalert(1)');
  for (const file of [
    '',
    '../a.jpg',
    'train/../../a.jpg',
    '/etc/a.jpg',
    'C:/a.jpg',
    'a\\..\\b',
    '\ud800.jpg',
  ])
    t.is(hrefOf(file), null, file);
});
