// Counts every element with data-since (up) or data-until (down, never below zero), once a second, by the server's clock.
const skew = Date.parse(document.documentElement.dataset.now ?? "") - Date.now() || 0;

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

export const serverNow = () => Date.now() + skew;

export function tick() {
  const now = serverNow();
  for (const element of document.querySelectorAll("[data-since], [data-until]")) {
    const { since, until } = element.dataset;
    const text = clock((since ? now - Date.parse(since) : Date.parse(until) - now) / 1000);
    if (element.textContent !== text) element.textContent = text;
  }
}

setInterval(tick, 1000);
document.addEventListener("htmx:afterSwap", tick);
tick();
