/** What the operator says about the page: settings.json beside it (docs/pages.md). */

export interface Settings {
  /** Where the gateway is: an address with a slash at its end. */
  gateway: string;
  /** Hosts that a design may load its style sheet and pictures from, by https. */
  designHosts: readonly string[];
}

// The pages lie in folders of different depth; their code is always in `assets` beside the file.
const FILE = '../settings.json';

export async function loadSettings(): Promise<Settings> {
  const address = new URL(FILE, import.meta.url);
  try {
    const response = await fetch(address, { cache: 'no-cache', credentials: 'omit' });
    if (response.ok) return readSettings(await response.json(), address.href);
    console.error(`settings.json: HTTP ${response.status}`);
  } catch (error) {
    console.error('settings.json cannot be read', error);
  }
  return readSettings(null, address.href);
}

/** `file`: what settings.json says; without an address in it the gateway is where the file is. */
export function readSettings(file: unknown, address: string): Settings {
  const { gateway, design_hosts: hosts } = (file ?? {}) as Record<string, unknown>;
  const given = typeof gateway === 'string' && gateway !== '' ? withSlash(gateway) : '.';
  return {
    gateway: new URL(given, address).href,
    designHosts: Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [],
  };
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`;
}
