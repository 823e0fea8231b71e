// Keys, swipes and taps of the meeting mode, and letters that shrink until a slide fits the screen.
// The links below the slide work without this; here a click stays within the page.
let live = null; // the mounted instance
let wanted = null; // place asked for and not shown yet: keys pressed fast count on from there
let notes = null; // whether they were asked for and are not shown (or gone) yet
let asks = 0;
let touch = null;

const FORWARD = ["ArrowRight", "ArrowDown", " ", "PageDown"];
const BACK = ["ArrowLeft", "ArrowUp", "PageUp"];
const LEAST = 0.5;
const MOST = 1.3; // of slides without a picture, where the words are few

function go(place) {
  wanted = place;
  live.setStateValue("place", `${place}#${++asks}`); // the count makes a repeated place a new value
}

function step(by) {
  const order = live.data.order;
  const at = order.indexOf(wanted ?? live.data.place);
  const next = order[Math.min(Math.max(at + by, 0), order.length - 1)];
  if (next !== order[at]) go(next);
}

function press(event) {
  if (!live || event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const { order, slides, answers } = live.data;
  const place = wanted ?? live.data.place;
  const key = event.key;
  if (key === " " && event.shiftKey) step(-1);
  else if (FORWARD.includes(key)) step(1);
  else if (BACK.includes(key)) step(-1);
  else if (key === "Home") go(order[0]);
  else if (key === "End") go(String(slides));
  else if (/^[1-9]$/.test(key) && place.split(".")[0] === String(slides) && Number(key) <= answers) go(`${slides}.${key}`);
  else if (key === "Escape") {
    if (place.includes(".")) go(String(slides));
    else live.setTriggerValue("leave", true);
  } else if (key === "n" || key === "N") {
    notes = !(notes ?? Boolean(live.data.notes));
    live.setStateValue("notes", `${notes ? 1 : 0}#${++asks}`);
  } else if (key === "f" || key === "F") {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.();
  } else return;
  event.preventDefault();
  event.stopPropagation(); // Streamlit has keys of its own
}

function click(event) {
  const link = event.target.closest?.("a[data-go]");
  if (!live || !link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.go === "leave") live.setTriggerValue("leave", true);
  else go(link.dataset.go);
}

function touched(event) {
  touch = event.touches.length === 1 ? { x: event.touches[0].clientX, y: event.touches[0].clientY, at: Date.now() } : null;
}

function released(event) {
  if (!live || !touch || event.target.closest?.("a, .dc-notes")) return;
  const end = event.changedTouches[0];
  const across = end.clientX - touch.x;
  const down = end.clientY - touch.y;
  if (Math.abs(across) > 40 && Math.abs(across) > 1.5 * Math.abs(down)) step(across < 0 ? 1 : -1);
  else if (Math.hypot(across, down) < 10 && Date.now() - touch.at < 500) step(end.clientX < window.innerWidth / 3 ? -1 : 1);
  touch = null;
}

function fit() {
  const deck = document.querySelector(".st-key-deck");
  const slide = document.querySelector(".st-key-slide");
  if (!deck || !slide) return;
  let size = slide.querySelector(".st-key-picture") ? 1 : MOST;
  deck.style.setProperty("--fit", size);
  while (size > LEAST && (slide.scrollHeight > slide.clientHeight + 2 || slide.scrollWidth > slide.clientWidth + 1)) {
    size -= 0.04;
    deck.style.setProperty("--fit", size);
  }
}

const HANDLERS = [
  [document, "keydown", press, true], [document, "click", click, true], [document, "touchstart", touched, { passive: true }],
  [document, "touchend", released, { passive: true }], [window, "resize", fit, false],
];
let watcher = null;

export default function (component) {
  if (live === null) {
    for (const [where, what, how, options] of HANDLERS) where.addEventListener(what, how, options);
    watcher = new MutationObserver((changes) => {
      // A picture draws itself whenever it is resized: only words count.
      if (changes.some((c) => !(c.target.parentElement ?? c.target).closest?.(".st-key-picture"))) requestAnimationFrame(fit);
    });
  }
  live = component;
  if (wanted === component.data.place) wanted = null;
  if (notes === Boolean(component.data.notes)) notes = null;
  const deck = document.querySelector(".st-key-deck");
  watcher.disconnect();
  if (deck) watcher.observe(deck, { childList: true, subtree: true, characterData: true });
  document.fonts?.ready.then(fit);
  requestAnimationFrame(fit);
  return () => {
    for (const [where, what, how, options] of HANDLERS) where.removeEventListener(what, how, options);
    watcher.disconnect();
    live = null;
    wanted = null;
    notes = null;
  };
}
