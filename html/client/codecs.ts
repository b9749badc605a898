/** Which codecs a line offers: those that the plugin can choose from, and nothing else. */

/**
 * By preference, each with what its `fmtp` must say. A room's policy decides; one that allows what
 * a browser cannot send is no use, so all are offered, in one profile each.
 */
const VIDEO: readonly { mimeType: string; profile: RegExp }[] = [
  { mimeType: 'video/vp8', profile: /^/ },
  { mimeType: 'video/h264', profile: /^(?=.*packetization-mode=1)(?=.*profile-level-id=42e0)/i },
  { mimeType: 'video/vp9', profile: /^(?!.*profile-id=[1-9])/ },
  { mimeType: 'video/av1', profile: /^(?!.*profile=[1-9])/ },
  { mimeType: 'video/rtx', profile: /^/ },
];
const AUDIO = [{ mimeType: 'audio/opus', profile: /^/ }];

/** Everything a browser can do would make the SDP several times as large. */
export function preferCodecs(transceiver: RTCRtpTransceiver, media: 'audio' | 'video'): void {
  const codecs = RTCRtpSender.getCapabilities?.(media)?.codecs ?? [];
  const preferred = (media === 'audio' ? AUDIO : VIDEO).flatMap(({ mimeType, profile }) =>
    codecs
      .filter((codec) => codec.mimeType.toLowerCase() === mimeType)
      .filter(({ sdpFmtpLine = '' }) => profile.test(sdpFmtpLine))
      .slice(0, 1),
  );
  if (preferred.length > 0) transceiver.setCodecPreferences?.(preferred);
}
