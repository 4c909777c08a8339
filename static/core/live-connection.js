// The one stream of live updates, reopened with back-off and jitter, and a beat that keeps a desk alive.

export class LiveConnection {
  constructor({ onTopics, onStatus }) {
    this.onTopics = onTopics;
    this.onStatus = onStatus;
    this.topics = new Set();
    this.failures = 0;
    this.live = false;
  }

  listenTo(topics) {
    const added = topics.filter((topic) => !this.topics.has(topic));
    if (!added.length && this.source) return;
    for (const topic of added) this.topics.add(topic);
    clearTimeout(this.opening);
    this.opening = setTimeout(() => this.open(), 30); // tabs that open together share one reopening
  }

  open() {
    clearTimeout(this.opening);
    this.source?.close();
    if (!this.topics.size) return;
    const source = new EventSource(`/live/stream/?topics=${encodeURIComponent([...this.topics].join(","))}`);
    this.source = source;
    source.onopen = () => {
      this.failures = 0;
      this.status(true);
      this.onTopics([...this.topics]); // what happened while nobody listened
    };
    source.onmessage = (event) => this.onTopics(JSON.parse(event.data));
    source.onerror = () => {
      source.close();
      if (this.source !== source) return;
      this.status(false);
      this.failures += 1;
      const wait = Math.min(15000, 500 * 2 ** Math.min(this.failures, 5)) * (0.5 + Math.random() / 2);
      this.opening = setTimeout(() => this.open(), wait);
    };
  }

  status(live) {
    this.live = live;
    this.onStatus(live);
  }

  close() {
    clearTimeout(this.opening);
    this.source?.close();
    this.source = undefined;
    this.topics.clear();
  }
}

export class Heartbeat {
  // POSTs every 15 seconds while somebody wants it. Answers are told: {reached, text}.
  constructor(onBeat) {
    this.onBeat = onBeat;
  }

  start({ url, token }) {
    this.url = url;
    this.token = token;
    if (this.timer) return;
    this.beat();
    this.timer = setInterval(() => this.beat(), 15000);
  }

  async beat() {
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        headers: { "X-CSRFToken": this.token, "HX-Request": "true" },
        signal: AbortSignal.timeout(10000),
      });
      this.onBeat({ reached: answer.ok, status: answer.status });
    } catch {
      this.onBeat({ reached: false, status: 0 });
    }
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
