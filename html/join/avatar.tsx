/** Who somebody is, without a picture of the camera: their own picture, else their initials. */

import { useState } from 'preact/hooks';

interface Props {
  id: string;
  name: string;
  /** Address of a picture; others than of https are not loaded. */
  picture: string | null | undefined;
}

export function Avatar({ id, name, picture }: Props) {
  const [broken, setBroken] = useState<string | null>(null);
  const shown = picture?.startsWith('https://') && picture !== broken ? picture : null;
  return (
    <span class={`avatar hue-${hue(id)}`} aria-hidden="true">
      {shown ? (
        <img
          src={shown}
          alt=""
          referrerPolicy="no-referrer"
          data-testid="avatar-picture"
          onError={() => setBroken(shown)}
        />
      ) : (
        initials(name)
      )}
    </span>
  );
}

/** First letters of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = picked.map((word) => [...(word ?? '')][0] ?? '').join('');
  return letters.toLocaleUpperCase() || '?';
}

/** One of eight colours, always the same for one person. */
function hue(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return sum % 8;
}
