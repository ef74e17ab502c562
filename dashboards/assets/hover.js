/* Pointing at zones: the card of three lines under the pointer, and the click that selects. */
(function (twin) {
  const scene = (twin.scene = twin.scene || {});
  let waiting = null;

  function card() { return document.getElementById("hover"); }

  function lines(code) {
    const score = scene.scores[code];
    return [score ? score[1] : code, ...(score ? score.slice(2) : [])].filter(Boolean);
  }

  function show(code, point) {
    const box = card();
    if (!box) return;
    box.replaceChildren(...lines(code).map((text) => Object.assign(document.createElement("div"), { textContent: text })));
    box.hidden = false;
    const size = twin.map.leaflet.getSize();
    const left = point.x + 16 + box.offsetWidth > size.x ? point.x - 16 - box.offsetWidth : point.x + 16;
    const up = point.y + 16 + box.offsetHeight > size.y ? point.y - 16 - box.offsetHeight : point.y + 16;
    box.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, up)}px)`;
  }

  function hide() {
    if (waiting) cancelAnimationFrame(waiting);
    waiting = null;
    const box = card();
    if (box) box.hidden = true;
    if (scene.hovered) {
      scene.hovered = "";
      twin.map.outline();
    }
  }

  function point(event) {
    waiting = null;
    const code = twin.map.zoneAt(event.latlng);
    if (!code) return hide();
    if (code !== scene.hovered) {
      scene.hovered = code;
      twin.map.outline();
    }
    show(code, event.containerPoint);
  }

  twin.hover = { lines };

  (twin.begin = twin.begin || []).push((map) => {
    if (twin.edit.isHere()) return;
    const touch = window.matchMedia("(hover: none)").matches;
    if (!touch) {
      map.on("mousemove", (event) => {
        if (waiting) cancelAnimationFrame(waiting);
        waiting = requestAnimationFrame(() => point(event));
      });
      map.on("mouseout dragstart zoomstart", hide);
      map.getContainer().addEventListener("pointerleave", hide);
    }
    map.on("click", (event) => twin.view.change({ zone: twin.map.zoneAt(event.latlng) }));
  });
})((window.twin = window.twin || {}));
