import { useEffect, useReducer, useState } from 'preact/hooks';
import type { DeviceList, LocalMedia, Meeting } from '../client/index.ts';

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

export function useDevices(media: LocalMedia): DeviceList {
  const [devices, setDevices] = useState<DeviceList>({ microphone: [], camera: [] });
  useEffect(() => {
    const read = () => void media.listDevices().then(setDevices, () => {});
    read();
    return media.on('devices', read);
  }, [media]);
  return devices;
}
