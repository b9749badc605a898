// Pages with the client library, our plugin in Debian's unmodified Janus, and no gateway: this mints
// the join tokens and speaks the control protocol itself.
//
//   const bare = await startBare();
//   await bare.control.openRoom('talk');
//   const ada = await bare.enter(CAST.ada, 'talk');          // a Person of browser.mjs
//   assert.deepEqual(await bare.stop(), { code: 0, signal: null });

import { launchBrowser } from './browser.mjs';
import { adminPlugin, startPlugin } from './janus.mjs';
import { serveStatic } from './static.mjs';

export const LIBRARY = new URL('../../html/dist/client/cardea-client.js', import.meta.url);
/**
 * The smallest page on the library: every line of the receive connection gets an element, and a
 * picture is shown while its slot carries somebody. window.enter(open, options of Meeting).
 */
export const barePage = (library) => `<!doctype html><meta charset="utf-8"><title>bare</title><script type="module">
import { Meeting } from '${library}';
const elements = new Map();
const show = (meeting) => {
  for (const [mid, track] of meeting.tracks) {
    if (elements.has(mid)) continue;
    const element = document.createElement(track.kind);
    Object.assign(element, { autoplay: true, muted: track.kind === 'video' });
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
    elements.set(mid, element);
  }
  const taken = new Set(meeting.slots.video.filter((slot) => slot.participant).map(({ mid }) => mid));
  for (const [mid, element] of elements) element.hidden = !taken.has(mid);
};
window.enter = async (open, options) => {
  const meeting = new Meeting({ credential: 'minted-by-the-test', ...options });
  window.meeting = meeting;
  meeting.on('change', () => show(meeting));
  if (open) await meeting.media.open();
  await meeting.join();
};
</script>`;

/** What `POST /api/v1/enter` would answer, with a token of ours in it. */
function entryFor({ janus, control }, role, room, claims) {
  const sub = `seat-${role.name.toLowerCase()}`;
  const publish = claims?.publish ?? ['microphone', 'camera', 'screen'];
  return {
    participant: { id: sub, client_id: sub, name: role.name, role: 'participant', guest: false, hidden: claims?.hidden ?? false, publish },
    room: { id: room, name: room, options: {}, locked: false },
    join_token: control.token({ room, sub, client_id: sub, name: role.name, publish, ...claims }),
    expires_in: 120,
    resume: 'none',
    janus_url: janus.wsUrl,
    slots: { audio: 3, video: 9 },
    stun_servers: [],
    turn_servers: [],
  };
}

/**
 * { janus, control, browser, enter(role, room, options), source(role, room, kind), stop() }. Options of
 * enter beside those of person: open: false leaves the devices off; prepare: called with the page
 * before it is loaded; claims: of the token; browser: another one, as launchFirefox() makes it.
 */
export async function startBare() {
  const { janus, control } = await startPlugin();
  const site = await serveStatic({ '/': barePage('/cardea-client.js'), '/cardea-client.js': LIBRARY });
  const browser = await launchBrowser();
  return {
    janus,
    control,
    browser,
    async enter(role, room, { open = true, prepare, claims, browser: own = browser, ...options } = {}) {
      const person = await own.person(role, options);
      await person.answer('/api/v1/enter', 201, entryFor({ janus, control }, role, room, claims));
      await prepare?.(person.page);
      await person.page.goto(site.url);
      await person.page.waitForFunction(() => window.enter);
      await person.page.evaluate((devices) => window.enter(devices), open);
      return person;
    },
    /** The figures of a source, of the admin request `inspect`. */
    async source(role, room, kind) {
      const { participants } = await adminPlugin(janus, { request: 'inspect', room });
      const { sources } = participants.find(({ name }) => name === role.name);
      return sources.find((source) => source.kind === kind);
    },
    /** Ends everything; returns how Janus ended. */
    async stop() {
      await browser.close();
      await control.close();
      await site.close();
      return janus.stop();
    },
  };
}
