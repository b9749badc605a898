// Native peers in Debian's VideoRoom, as its own client does it: one connection to publish and one
// multistream connection to receive, which is offered anew whenever somebody comes.

import { JanusSession } from './janus.mjs';
import { Receiver, Sender } from './peers.mjs';

export const VIDEOROOM = 'janus.plugin.videoroom';
export const VIDEOROOM_FILE = '/usr/lib/x86_64-linux-gnu/janus/plugins/libjanus_videoroom.so';

async function ask(handle, body, jsep) {
  const answer = await handle.message(body, jsep, { timeoutMs: 60000 });
  if (!answer.data || answer.data.error) throw new Error(`VideoRoom: ${body.request}: ${JSON.stringify(answer.data)}`);
  return answer;
}

/** A room for @p publishers; the session that holds it. */
export async function openVideoRoom(janus, room, publishers) {
  const session = await JanusSession.create(janus);
  const handle = await session.attach(VIDEOROOM);
  await ask(handle, {
    request: 'create', room, publishers, videocodec: 'vp8', audiocodec: 'opus', bitrate: 0,
  });
  return session;
}

export class VideoRoomPerson {
  /** Joins and publishes; subscribing is follow(). */
  static async join({ janus, peers, room, sender, tracks, sample }) {
    const person = new VideoRoomPerson();
    Object.assign(person, { peers, room, sender, sample, id: sender, startedAt: Date.now(), work: Promise.resolve() });
    person.session = await JanusSession.create(janus);
    person.publishHandle = await person.session.attach(VIDEOROOM);
    await ask(person.publishHandle, { request: 'join', ptype: 'publisher', room, id: sender });
    person.sending = await Sender.connect(peers, person.publishHandle, sender, tracks, async (offer) => {
      const { jsep } = await ask(person.publishHandle, { request: 'publish' }, { type: 'offer', sdp: offer });
      return jsep.sdp;
    });
    await person.sending.up();
    return person;
  }

  /** Subscribes to @p streams ({ feed, mid }; without mid all of the feed); one after the other. */
  follow(streams) {
    this.work = this.work.then(() => this.subscribe(streams));
    return this.work;
  }

  /** As its client: one knows of who came later when the room says so. */
  announced(feed) {
    return this.publishHandle.events.waitFor(
      ({ data }) => data?.publishers?.some(({ id }) => id === feed), { timeoutMs: 60000, what: `publisher ${feed}` });
  }

  async subscribe(streams) {
    await Promise.all(streams.filter(({ feed }) => feed > this.id).map(({ feed }) => this.announced(feed)));
    const first = !this.receiver;
    if (first) {
      this.receiveHandle = await this.session.attach(VIDEOROOM);
      this.receiver = new Receiver(this.peers, this.receiveHandle, { sample: this.sample });
    }
    const { jsep } = await ask(this.receiveHandle, first
      ? { request: 'join', ptype: 'subscriber', room: this.room, streams }
      : { request: 'update', subscribe: streams });
    await this.receiver.negotiate(jsep.sdp, (answer) =>
      ask(this.receiveHandle, { request: 'start' }, { type: 'answer', sdp: answer }));
    if (first) await this.receiver.up();
  }

  get sdpBytes() {
    return this.sending.sdpBytes + (this.receiver?.sdpBytes ?? 0);
  }

  get negotiations() {
    return 1 + (this.receiver?.negotiations ?? 0);
  }

  async leave() {
    await this.session.close();
    await Promise.all([this.sending.close(), this.receiver?.close()]);
  }
}
