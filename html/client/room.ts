/** Who is in the room, who speaks and which slot carries whom: pure state, changed by what the plugin says. */

import type {
  AudioSlot,
  Participant,
  RosterChange,
  SlotMap,
  SourceKind,
  Speaking,
  VideoSlot,
} from './types.ts';

const NO_SLOTS: SlotMap = { audio: [], video: [] };
const NOBODY: Speaking = { dominant: null, speaking: [] };

export class RoomState {
  #participants = new Map<string, Participant>();
  #slots: SlotMap = NO_SLOTS;
  #speaking: Speaking = NOBODY;

  /** In the order in which they came. */
  get participants(): ReadonlyMap<string, Participant> {
    return this.#participants;
  }

  get slots(): SlotMap {
    return this.#slots;
  }

  get speaking(): Speaking {
    return this.#speaking;
  }

  /** The whole roster, from `joined` or `synced`. Those who stay keep their place. */
  setRoster(roster: Participant[]): void {
    const next = new Map(roster.map((participant) => [participant.id, participant]));
    for (const id of [...this.#participants.keys()]) {
      if (!next.has(id)) this.#participants.delete(id);
    }
    for (const [id, participant] of next) this.#participants.set(id, participant);
  }

  changeRoster({ joined = [], updated = [], left = [] }: RosterChange): void {
    for (const participant of [...joined, ...updated]) {
      this.#participants.set(participant.id, participant);
    }
    for (const id of left) this.#participants.delete(id);
  }

  setSlots({ audio, video }: SlotMap): void {
    this.#slots = { audio, video };
  }

  setSpeaking({ dominant, speaking }: Speaking): void {
    this.#speaking = { dominant, speaking };
  }

  clear(): void {
    this.#participants.clear();
    this.#slots = NO_SLOTS;
    this.#speaking = NOBODY;
  }

  /** The line that carries this source of this participant now, if any does. */
  midOf(participantId: string, kind: SourceKind): string | null {
    const lines: (AudioSlot & Partial<VideoSlot>)[] =
      kind === 'microphone' ? this.#slots.audio : this.#slots.video;
    const line = lines.find(
      (slot) => slot.participant === participantId && (kind === 'microphone' || slot.kind === kind),
    );
    return line?.mid ?? null;
  }
}
