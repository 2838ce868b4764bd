// The devices, as they are: told by the daemon whenever one changes. Nothing is asked for again and again.

import { address, call, ended } from './api.js';

export class Live extends EventTarget {
  constructor() {
    super();
    this.devices = new Map();
    this.waiting = {};
    this.connected = false;
    this.complete = false;
    /** The daemon's clock is ahead of ours by so many milliseconds. */
    this.ahead = 0;
  }

  start() {
    this.stop();
    const source = new EventSource(address('console/events'));
    this.source = source;
    const on = (event, take) => source.addEventListener(event, (message) => {
      take(JSON.parse(message.data));
      this.changed();
    });
    on('snapshot', () => { this.stale = new Set(this.devices.keys()); });
    on('devices', (told) => {
      this.ahead = Date.parse(told.now) - Date.now();
      for (const device of told.devices) {
        this.devices.set(device.id, device);
        this.stale?.delete(device.id);
      }
    });
    on('gone', (told) => told.devices.forEach((id) => this.devices.delete(id)));
    on('waiting', (told) => { this.waiting = told.devices; });
    on('ready', (told) => {
      if (this.complete && !this.connected) this.dispatchEvent(new Event('back'));
      this.ahead = Date.parse(told.now) - Date.now();
      this.stale?.forEach((id) => this.devices.delete(id));
      this.stale = undefined;
      this.complete = true;
      this.connected = true;
    });
    source.onerror = () => {
      this.connected = false;
      this.changed();
      // The browser comes back by itself, but not after a refusal.
      if (source.readyState === EventSource.CLOSED) this.retry();
    };
  }

  retry() {
    clearTimeout(this.again);
    this.again = setTimeout(async () => {
      try {
        const who = (await call('GET', '/console/session')).data;
        if (who.kind === 'nobody') ended.dispatchEvent(new Event('ended'));
        else this.start();
      } catch {
        this.retry();
      }
    }, 3000);
  }

  stop() {
    clearTimeout(this.again);
    this.source?.close();
    this.source = undefined;
  }

  forget() {
    this.stop();
    this.devices.clear();
    this.waiting = {};
    this.complete = false;
    this.connected = false;
  }

  /** Tells once for all that has changed in a moment. */
  changed() {
    if (this.due) return;
    this.due = setTimeout(() => {
      this.due = undefined;
      this.dispatchEvent(new Event('change'));
    }, 60);
  }

  now() {
    return Date.now() + this.ahead;
  }
}

export const live = new Live();
