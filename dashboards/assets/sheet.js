/* The bottom sheet of phones: three stops, by its handle (drag, click, arrow keys). */
(function (twin) {
  const PHONE = window.matchMedia("(max-width: 767px)");
  const STOPS = ["low", "middle", "high"];

  function set(stop) { document.body.dataset.sheet = stop; }

  function move(by) {
    const at = STOPS.indexOf(document.body.dataset.sheet || "low");
    set(STOPS[Math.min(Math.max(at + by, 0), STOPS.length - 1)]);
  }

  function shown() {
    return [...document.querySelectorAll(".sheet")].find((sheet) => sheet.offsetHeight > 0);
  }

  function drag(start) {
    const over = new AbortController();
    window.addEventListener("pointercancel", () => over.abort(), { signal: over.signal });
    window.addEventListener("pointerup", (end) => {
      over.abort();
      const moved = start.clientY - end.clientY;
      if (Math.abs(moved) > 24) move(moved > 0 ? 1 : -1);
      else move(document.body.dataset.sheet === "high" ? -2 : 1);
    }, { signal: over.signal });
  }

  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest(".handle")) drag(event);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.closest(".handle")) return;
    if (event.key === "ArrowUp") move(1);
    if (event.key === "ArrowDown") move(-1);
  });

  twin.sheet = {
    isUsed: () => PHONE.matches,
    height() { return PHONE.matches && shown() ? shown().offsetHeight + 64 : 0; },
  };

  twin.acts = Object.assign(twin.acts || {}, { sheet: set });
  set("low");
  (twin.begin = twin.begin || []).push(() => twin.view.watch((view, keys) => {
    if (keys.includes("zone")) set(view.zone ? "middle" : "low");
  }));
})((window.twin = window.twin || {}));
