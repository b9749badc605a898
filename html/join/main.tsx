import { render } from 'preact';
import { App } from './app.tsx';
import { takeCredential } from './credential.ts';
import { chooseLanguage } from './texts.ts';

const { language, texts } = chooseLanguage(navigator.languages);
document.documentElement.lang = language;

const root = document.getElementById('app');
if (root) render(<App texts={texts} credential={takeCredential()} />, root);
