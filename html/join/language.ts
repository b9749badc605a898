/** The language of the page, and of the person whom a link belongs to, before they are in. */

import type { Credential } from './credential.ts';

const TIMEOUT_MS = 5_000;

/** The texts of the first language in `wanted` that there are texts of; English otherwise. */
export function pickLanguage<Texts>(
  tables: Readonly<Record<string, Texts>>,
  wanted: readonly string[],
): { language: string; texts: Texts } {
  for (const tag of [...wanted, 'en']) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    const texts = tables[language];
    if (texts) return { language, texts };
  }
  throw new Error('a page speaks English');
}

/** What the application server said about the holder of an access key; null if nothing is known. */
export async function personLocale(
  gateway: string,
  { value, asksName }: Credential,
): Promise<string | null> {
  if (asksName || value.includes('.')) return null;
  try {
    const response = await fetch(new URL(`rooms/${value}`, gateway), {
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) return null;
    const { options } = (await response.json()) as {
      options?: { custom_fields?: { locale?: unknown } };
    };
    const locale = options?.custom_fields?.locale;
    return typeof locale === 'string' ? locale : null;
  } catch {
    return null; // The browser's language will do.
  }
}
