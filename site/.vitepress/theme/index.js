// The theme of vitepress with a picture on the first page and wider columns.
import DefaultTheme from 'vitepress/theme';
import { h } from 'vue';
import picture from '../../pages/images/try.jpg';
import './style.css';

const heroPicture = () =>
  h('img', {
    class: 'image-src hero-picture',
    src: picture,
    alt: 'A photograph of a bird, stylized with strengths of 3, 10 and 30 and with two losses',
  });

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-image': heroPicture }),
};
