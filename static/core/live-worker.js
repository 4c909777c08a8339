// One worker for all tabs of a browser: holds the one stream, and the heartbeat of an open desk.
import { Heartbeat, LiveConnection } from "./live-connection.js";

const tabs = new Map(); // port -> { topics, heartbeat, seen }
const tell = (message) => tabs.forEach((_tab, port) => port.postMessage(message));
const connection = new LiveConnection({
  onTopics: (topics) => tell({ kind: "topics", topics }),
  onStatus: (live) => tell({ kind: "status", live }),
});
const heartbeat = new Heartbeat((beat) => tell({ kind: "beat", ...beat }));

function arrange() {
  const wanted = [...tabs.values()].map((tab) => tab.heartbeat).find(Boolean);
  if (wanted) heartbeat.start(wanted);
  else heartbeat.stop();
  if (!tabs.size) return connection.close();
  connection.listenTo([...new Set([...tabs.values()].flatMap((tab) => tab.topics))]);
}

function drop(port) {
  if (tabs.delete(port)) arrange();
}

function hello(port, message) {
  const known = tabs.get(port);
  tabs.set(port, { topics: message.topics, heartbeat: message.heartbeat, seen: Date.now() });
  if (!known) {
    // A page holds a lock of this name for as long as it lives: we get it the moment it closes or crashes.
    if (message.lock && self.navigator.locks) self.navigator.locks.request(message.lock, () => drop(port));
    port.postMessage({ kind: "status", live: connection.live });
  }
  arrange();
}

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => {
    if (data.kind === "hello") hello(port, data);
    if (data.kind === "here" && tabs.has(port)) tabs.get(port).seen = Date.now();
    if (data.kind === "bye") drop(port);
  };
  port.start();
};

// Without locks: a tab that has said nothing for 150 s (a hidden one may speak once a minute) is gone.
if (!self.navigator.locks) {
  setInterval(() => {
    for (const [port, tab] of tabs) if (Date.now() - tab.seen > 150000) drop(port);
  }, 15000);
}
