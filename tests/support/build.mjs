// Where the built programs are. `./dev` says so; by hand it is the folder that `./dev build` fills.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const BUILD = path.resolve(process.env.CARDEA_BUILD ?? path.join(ROOT, 'build'));
/** Holds libjanus_cardea.so. */
export const PLUGIN_DIR = path.join(BUILD, 'plugin/.libs');
