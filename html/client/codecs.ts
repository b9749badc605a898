/** Which codecs a line offers: those that the room allows, in one profile each, and nothing else. */

const AUDIO = ['opus'];
/** What `fmtp` must say where there are several profiles. */
const PROFILES: Record<string, RegExp> = {
  h264: /^(?=.*packetization-mode=1)(?=.*profile-level-id=42e0)/i,
  vp9: /^(?!.*profile-id=[1-9])/,
  av1: /^(?!.*profile=[1-9])/,
};

export class Codecs {
  /** For video, by preference, as the plugin names them. */
  video: readonly string[] = ['vp8'];

  /** Whether video will be VP8, the one that is sent in several encodings. */
  get layered(): boolean {
    const first = find('video', this.video)[0]?.mimeType ?? `video/${this.video[0]}`;
    return first.toLowerCase() === 'video/vp8';
  }

  /** Everything a browser can do would make the SDP several times as large. */
  prefer(transceiver: RTCRtpTransceiver, media: 'audio' | 'video'): void {
    const codecs = find(media, media === 'audio' ? AUDIO : [...this.video, 'rtx']);
    if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
  }
}

/** The browser's own codecs of these names, in this order. */
function find(media: 'audio' | 'video', names: readonly string[]): RTCRtpCodec[] {
  const codecs = RTCRtpSender.getCapabilities?.(media)?.codecs ?? [];
  return names.flatMap((name) =>
    codecs
      .filter(({ mimeType }) => mimeType.toLowerCase() === `${media}/${name}`)
      .filter(({ sdpFmtpLine = '' }) => PROFILES[name]?.test(sdpFmtpLine) ?? true)
      .slice(0, 1),
  );
}
