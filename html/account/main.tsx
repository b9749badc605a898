import { render } from 'preact';
import { tabStorage } from '../client/identity.ts';
import { pickLanguage } from '../join/language.ts';
import { loadSettings } from '../join/settings.ts';
import { App } from './app.tsx';
import { AccountSession } from './session.ts';
import { ACCOUNT_TEXTS } from './texts.ts';

async function start(root: HTMLElement): Promise<void> {
  const { gateway } = await loadSettings();
  const { language, texts } = pickLanguage(ACCOUNT_TEXTS, navigator.languages);
  document.documentElement.lang = language;
  render(<App texts={texts} session={new AccountSession(gateway, tabStorage())} />, root);
}

const root = document.getElementById('app');
if (root) void start(root);
