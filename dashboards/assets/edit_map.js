/* The map of the edit page: a click opens what lies there, what is open is drawn above the tiles, faults and today's
   changes are marked. Shapes are changed by edit_shape.js. */
(function (twin) {
  const NEAR_PX = 8;
  const TOUCH_PX = 16;
  const CLOSE_ZOOM = 17;
  let map = null;
  let today = null;
  let marks = null;
  let layers = new Map();

  const token = (name) => twin.colours.token(name);

  function look(item, isBase) {
    const color = item.gone ? token("danger") : token("accent");
    if (isBase) return { color: token("ink-2"), weight: 1.5, dashArray: "4 4", fill: false };
    return { color, weight: 2.5, fillColor: color, fillOpacity: item.gone ? 0.12 : 0.18, dashArray: item.gone ? "6 4" : null };
  }

  function drawn(geometry, style, more = {}) {
    return window.L.geoJSON({ type: "Feature", properties: {}, geometry }, {
      pane: "editing", style: { ...style, ...more }, ...more, pmIgnore: true,
      pointToLayer: (_, place) => window.L.circleMarker(place, { radius: 8, pane: "editing", ...style, ...more }),
    }).getLayers()[0];
  }

  /* One Leaflet layer an item, by its uid; under a changed one its old shape, dashed. */
  function drawItems() {
    layers.forEach((layer) => layer.remove());
    layers = new Map();
    if (!map) return;
    for (const item of twin.edit.state.items) {
      drawBase(item);
      const shape = twin.edit.shapeOf(item);
      if (shape) layers.set(item.uid, drawn(shape, look(item, false)).addTo(map));
    }
    drawFaults();
    if (twin.edit.shape) twin.edit.shape.renew();
  }

  function drawBase(item) {
    const name = `${item.uid} base`;
    if (!item.geometry || !item.base.geometry || layers.has(name)) return;
    layers.set(name, drawn(item.base.geometry, look(item, true), { interactive: false }).addTo(map));
  }

  function drawFaults() {
    marks.clearLayers();
    for (const error of twin.edit.state.errors) {
      if (!error.place) continue;
      const [lng, lat] = error.place;
      const style = { radius: 11, color: token("danger"), weight: 3, fillColor: token("danger"), fillOpacity: 0.25, pane: "editing", pmIgnore: true };
      window.L.circleMarker([lat, lng], style).bindTooltip(() => Object.assign(document.createElement("span"), { textContent: error.message }), { permanent: true, direction: "top", className: "edit-fault-tip", offset: [0, -12] }).addTo(marks);
      if (!map.getBounds().contains([lat, lng])) map.panTo([lat, lng]);
    }
  }

  function drawToday(places) {
    today.clearLayers();
    for (const found of Object.values(places)) for (const place of Object.values(found)) {
      drawn(place, { color: token("accent"), weight: 2, dashArray: "2 4", fill: false, opacity: 0.8 }, { interactive: false, pane: "today" }).addTo(today);
    }
  }

  function bring(geometry) {
    if (!geometry || !map) return;
    const bounds = window.L.geoJSON(geometry, { pmIgnore: true }).getBounds();
    const isSeen = map.getBounds().pad(-0.1).contains(bounds) && map.getZoom() >= CLOSE_ZOOM - 2;
    if (!isSeen || twin.sheet.isUsed()) map.fitBounds(bounds, { maxZoom: Math.max(map.getZoom(), CLOSE_ZOOM), padding: [60, 60], animate: false, ...twin.map.covered() });
  }

  /* Open a row by id: what was kept of it, or as the store has it now. */
  async function openRow(layer, id, more = false, bringIt = false) {
    const { state, known, read, itemOf, open } = twin.edit;
    const row = known(layer, id) ? null : await read(layer, id);
    const item = known(layer, id) || (row && itemOf(layer, row));
    if (!item) return;
    const others = more && state.layer === layer ? state.items.filter((each) => each.uid !== item.uid) : [];
    const isOpen = more && state.items.includes(item);
    open(isOpen ? others : [...others, item]);
    if (twin.sheet.isUsed()) {
      twin.acts.sheet("middle");
      document.body.dataset.panel = "";
      requestAnimationFrame(() => {
        const moves = document.querySelector(".edit-side").getAnimations().map((move) => move.finished);
        Promise.allSettled(moves).then(() => bring(twin.edit.shapeOf(item)));
      });
    } else if (bringIt) bring(twin.edit.shapeOf(item));
  }

  /* What is open and not changed follows the store; what is changed is compared when it is saved. */
  async function follow(versions) {
    const { state, isDirty, read, itemOf } = twin.edit;
    if (!map || !(state.layer in versions) || state.busy) return;
    const seen = state.items.filter((item) => !isDirty(item));
    const rows = await Promise.all(seen.map((item) => read(item.layer, item.id)));
    const stale = seen.map((item, at) => [item, rows[at]]).filter(([item, row]) => state.items.includes(item) && !isDirty(item) && (!row || row.version !== item.version));
    if (!stale.length || state.busy) return;
    const renewed = new Map(stale.map(([item, row]) => [item, row ? itemOf(item.layer, row) : null]));
    state.items = state.items.map((item) => (renewed.has(item) ? renewed.get(item) : item)).filter(Boolean);
    twin.edit.tell("items");
  }

  async function pick(place, more) {
    const { state, form, open, say } = twin.edit;
    if (!form() || !form().geometry.length) return;
    const reach = (twin.sheet.isUsed() ? TOUCH_PX : NEAR_PX) / twin.pens.pixelsOf(1, map.getZoom());
    const started = performance.now();
    const asked = `lat=${place.lat}&lon=${place.lng}&within=${Math.min(reach, 2000)}`;
    const answer = await fetch(`/edit/${state.layer}/near?${asked}`, { cache: "no-store" });
    if (!answer.ok) return;
    const { id } = await answer.json();
    if (id !== null) {
      await openRow(state.layer, id, more);
      twin.edit.opened = performance.now() - started;
    } else if (!more) {
      state.empty = say("nothing_here", { layer: form().title });
      open([]);
    }
  }

  async function find(key) {
    const { state, form, say, panels } = twin.edit;
    if (!key.trim() || !form()) return;
    const answer = await fetch(`/edit/${state.layer}/row.json?key=${encodeURIComponent(key.trim())}`, { cache: "no-store" });
    if (!answer.ok) return panels.toast(say("find_none", { layer: form().title, key: key.trim() }));
    const row = await answer.json();
    await openRow(state.layer, row.id, false, true);
  }

  function showLayer() {
    const { state, form } = twin.edit;
    const shown = new Set([...(twin.view.now.layers || twin.map.shownAtFirst())]);
    if (form() && form().geometry.length && !shown.has(state.layer)) twin.view.change({ layers: [...shown, state.layer].sort() });
  }

  function begin(made) {
    if (!twin.edit.isHere()) return;
    map = made;
    map.createPane("today").style.cssText = "z-index:455;pointer-events:none";
    map.createPane("editing").style.zIndex = 462;
    today = window.L.layerGroup([], { pmIgnore: true }).addTo(map);
    marks = window.L.layerGroup([], { pmIgnore: true }).addTo(map);
    map.on("click", (event) => {
      if (twin.edit.state.tool === "select") pick(event.latlng, event.originalEvent.shiftKey);
    });
    map.boxZoom.disable();
    drawItems();
    if (twin.edit.state.layer) showLayer();
  }

  (twin.begin = twin.begin || []).push(begin);
  (twin.changed = twin.changed || []).push(follow);
  twin.edit.watch((state, what) => {
    if (!map) return;
    if (what.includes("items")) drawItems();
    if (what.includes("errors") || what.includes("shape")) drawFaults();
    if (what.includes("shape")) state.items.forEach(drawBase);
    if (what.includes("layer")) showLayer();
  });
  twin.edit.map = {
    get leaflet() { return map; },
    layerOf: (item) => layers.get(item.uid),
    drawn, drawToday, bring, openRow, pick, find,
    redraw: drawItems,
  };
})((window.twin = window.twin || {}));
