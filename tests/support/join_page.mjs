// The join page as a person uses it: by what is on the screen, nothing of its insides.

import assert from 'node:assert/strict';
import { eventually } from './browser.mjs';

const SECONDS = 1000;

export class JoinPage {
  /** @param person of launchBrowser() */
  constructor(person) {
    this.person = person;
    this.page = person.page;
  }

  part(testId) {
    return this.page.getByTestId(testId);
  }

  /** Opens a link and waits for the door. */
  async open(link) {
    await this.page.goto(link);
    await this.part('prejoin').waitFor();
  }

  /** Waits until the preview of the own camera runs. */
  async preview() {
    await this.page.locator('[data-testid="preview-video"][data-playing="true"]').waitFor();
  }

  async pressJoin({ name } = {}) {
    if (name !== undefined) await this.part('name-input').fill(name);
    await this.part('join-button').click();
  }

  /** Through the door, into the call. */
  async join(link, options) {
    await this.open(link);
    await this.preview();
    await this.pressJoin(options);
    await this.part('call').waitFor();
  }

  async rejoin() {
    await this.part('rejoin-button').click();
    await this.part('call').waitFor();
  }

  press(control) {
    return this.part(`${control}-button`).click();
  }

  async leave() {
    await this.press('leave');
    await this.part('ended').waitFor();
  }

  /** One per person in the call: {name, own, muted, speaking, camera, letters}. */
  tiles() {
    return this.page.evaluate(() => {
      const shown = (element) => element?.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ?? false;
      return [...document.querySelectorAll('[data-testid="tile"]')].map((tile) => {
        const video = tile.querySelector('video');
        const avatar = tile.querySelector('.avatar');
        const box = avatar?.getBoundingClientRect();
        // What a person sees in the middle of the tile: the picture, or the letters behind it.
        const top = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return {
          name: tile.querySelector('.label-name')?.textContent ?? '',
          own: tile.dataset.own === 'true',
          muted: shown(tile.querySelector('[data-testid="muted-badge"]')),
          speaking: tile.dataset.speaking === 'true',
          camera: shown(video),
          letters: top === avatar || avatar?.contains(top) ? avatar.textContent : '',
        };
      });
    });
  }

  /** The others' names, once they are exactly these. */
  roster(names, options = {}) {
    const wanted = [...names].sort();
    return eventually(() => this.tiles(), (tiles) => {
      assert.deepEqual(tiles.filter(({ own }) => !own).map(({ name }) => name).sort(), wanted);
    }, { what: `the tiles of ${this.person.name}`, ...options });
  }

  /** The tile of somebody, once it has these properties. */
  async tile(name, expected, options = {}) {
    const find = async () => (await this.tiles()).find((tile) => tile.name === name) ?? null;
    return eventually(find, (tile) => {
      assert.ok(tile, `no tile of ${name}`);
      for (const [field, value] of Object.entries(expected)) {
        assert.equal(tile[field], value, `${field} of ${name}`);
      }
    }, { what: `the tile of ${name} at ${this.person.name}`, ...options });
  }

  /** The text of a part, once it is there and matches. */
  async says(testId, text, { timeoutMs = 30 * SECONDS } = {}) {
    const part = this.part(testId);
    await part.filter({ hasText: text }).waitFor({ timeout: timeoutMs });
    return part.innerText();
  }
}
