// A message that the carrier does not give is said in words: the player alone would only stay silent.
document.addEventListener(
  "error",
  ({ target }) => target.matches?.("audio.voicemail") && (target.nextElementSibling.hidden = false),
  true,
);
