/* The selected zone: its name for screen readers, where it lies, its neighbours for the arrow keys. */
(function (twin) {
  let chosen = null;

  function say(view) {
    const live = document.getElementById("said");
    if (live) live.textContent = view.zone ? twin.hover.lines(view.zone).join(", ") : "";
  }

  function needsMove(map, bounds) {
    return Boolean(twin.sheet && twin.sheet.height()) || !map.getBounds().intersects(bounds);
  }

  function bring(found) {
    const map = twin.map.leaflet;
    const bounds = window.L.latLngBounds(found.bounds);
    if (needsMove(map, bounds)) map.fitBounds(bounds, { maxZoom: 17, padding: [80, 80], ...twin.map.covered() });
  }

  function follow(view, keys) {
    if (!keys.includes("zone")) return;
    document.body.toggleAttribute("data-zone", Boolean(view.zone));
    chosen = null;
    say(view);
    if (!view.zone) return;
    fetch(`/zones/${encodeURIComponent(view.zone)}.json`)
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((found) => {
        if (!found || twin.view.now.zone !== found.code) return;
        chosen = found;
        requestAnimationFrame(() => bring(found));
      }, () => twin.connection.lost());
  }

  twin.selection = {
    /* The zone as large as the map allows, near enough for what is in it to be drawn. */
    show() {
      if (!chosen) return;
      const map = twin.map.leaflet;
      const bounds = window.L.latLngBounds(chosen.bounds);
      const zoom = Math.min(map.getBoundsZoom(bounds.pad(0.05)), 18);
      map.setView(bounds.getCenter(), Math.max(zoom, twin.scene.nearZoom));
    },
    neighbour(direction) { return (chosen && chosen.neighbours[direction]) || ""; },
  };

  (twin.begin = twin.begin || []).push(() => twin.view.watch(follow));
})((window.twin = window.twin || {}));
