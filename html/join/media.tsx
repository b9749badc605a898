/** Elements that play a track. */

import { useEffect, useRef, useState } from 'preact/hooks';

/** Sound is played by audio elements only, so that no video can be kept from starting. */
export function Video({
  track,
  mirrored = false,
  contained = false,
  testId,
}: {
  track: MediaStreamTrack;
  mirrored?: boolean;
  contained?: boolean;
  testId?: string;
}) {
  const element = useRef<HTMLVideoElement>(null);
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    const video = element.current;
    if (!video) return undefined;
    setPlaying(false);
    video.srcObject = new MediaStream([track]);
    video.play().catch(() => {
      // Interrupted by the next track; a muted video is never refused.
    });
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={element}
      class={`video ${mirrored ? 'is-mirrored' : ''} ${contained ? 'is-contained' : ''}`}
      data-testid={testId}
      data-playing={playing}
      onPlaying={() => setPlaying(true)}
      autoplay
      playsInline
      muted
      disablePictureInPicture
    />
  );
}

/** One per audio line; which voice it carries may change at any time. */
export function Audio({
  mid,
  track,
  onBlocked,
}: {
  mid: string;
  track: MediaStreamTrack;
  onBlocked: (play: () => Promise<void>) => void;
}) {
  const element = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = element.current;
    if (!audio) return undefined;
    audio.srcObject = new MediaStream([track]);
    audio.play().catch((error: DOMException) => {
      if (error.name === 'NotAllowedError') onBlocked(() => audio.play());
    });
    return () => {
      audio.srcObject = null;
    };
  }, [track]);
  return <audio ref={element} data-testid="audio" data-mid={mid} autoplay />;
}
