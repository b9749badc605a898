import { useEffect, useReducer, useState } from 'preact/hooks';
import type { DeviceList, LocalMedia, Meeting } from '../client/index.ts';
import type { Credential } from './credential.ts';
import { personLocale } from './language.ts';
import { chooseLanguage, type Texts } from './texts.ts';

/** Renders again whenever the meeting has something new to show. */
export function useMeeting(meeting: Meeting | null): void {
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => meeting?.on('change', () => render(undefined)), [meeting]);
}

/** Renders again whenever a local source changes. */
export function useLocalMedia(media: LocalMedia): void {
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => media.on('change', () => render(undefined)), [media]);
}

/** The texts in the person's own language if the server knows it, else in one of the browser's. */
export function useTexts(
  gateway: string,
  meeting: Meeting | null,
  credential: Credential | null,
): Texts {
  const [known, setKnown] = useState<string | null>(null);
  useEffect(() => {
    if (credential) void personLocale(gateway, credential).then(setKnown);
  }, [gateway, credential]);
  const own = meeting?.locale ?? known;
  const { language, texts } = chooseLanguage([...(own ? [own] : []), ...navigator.languages]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return texts;
}

export function useDevices(media: LocalMedia): DeviceList {
  const [devices, setDevices] = useState<DeviceList>({ microphone: [], camera: [] });
  useEffect(() => {
    const read = () => void media.listDevices().then(setDevices, () => {});
    read();
    return media.on('devices', read);
  }, [media]);
  return devices;
}
