// An open page follows the warehouse: it asks for its state every few seconds, and tells when something was loaded.
import { ask } from "./api.js";
import { duration, instant } from "./format.js";

const EVERY_MS = 10_000;

export function follow(loaded) {
  const line = document.getElementById("state");
  let version = null;
  const look = async () => {
    try {
      const state = await ask("state");
      say(line, state);
      if (version !== null && version !== state.version) loaded();
      version = state.version;
    } catch (error) {
      line.dataset.state = "lost";
      line.textContent = `${error.message} What is shown may be old.`;
    }
  };
  look();
  setInterval(() => document.hidden || look(), EVERY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || look());
}

function say(line, state) {
  line.dataset.state = state.is_late ? "late" : "fresh";
  if (state.stands_at === null) line.textContent = "Nothing was loaded yet: wait for the first run.";
  else if (state.is_late) line.textContent = `Stale: ${duration(state.behind_s)} behind (${state.slowest}), ${duration(state.limit_s)} allowed.`;
  else line.textContent = `Fresh: ${duration(state.behind_s)} behind the shop.`;
  line.title = `Every change up to ${instant(state.stands_at)} is in.`;
}
