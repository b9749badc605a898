import { render } from 'preact';
import { App } from './app.tsx';
import { takeLink } from './credential.ts';
import { applyDesign, browserColours, parseDesign } from './design.ts';
import { CustomLogo } from './icons.tsx';
import { loadSettings } from './settings.ts';

async function start(root: HTMLElement): Promise<void> {
  const link = takeLink();
  const settings = await loadSettings();
  const design = parseDesign(link?.design ?? null, settings.designHosts, browserColours());
  if (design) applyDesign(design);
  render(
    <CustomLogo.Provider value={design?.logo ?? null}>
      <App gateway={settings.gateway} credential={link?.credential ?? null} />
    </CustomLogo.Provider>,
    root,
  );
}

const root = document.getElementById('app');
if (root) void start(root);
