/* Shapes: vertices, drawing, cutting, snapping, by Leaflet-Geoman, which only this page fetches. */
(function (twin) {
  const SNAP_PX = 12;
  const SNAP_ZOOM = 15;
  const MOST_M = 2000;
  const DECIMALS = 9;
  const EARTH_M = 6371008.8;
  let loading = null;
  let snaps = null;
  let drawing = "";

  const map = () => twin.edit.map.leaflet;

  function load() {
    loading = loading || new Promise((done, failed) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/assets/vendor/leaflet-geoman.css" });
      const script = Object.assign(document.createElement("script"), { src: "/assets/vendor/leaflet-geoman.js", onload: done, onerror: failed });
      document.head.prepend(link);
      document.head.append(script);
    }).then(() => {
      /* Only what asks for it can be changed: it would arm every layer of the map otherwise. */
      window.L.PM.setOptIn(true);
      map().options.pmIgnore = false;
      map().pm = new window.L.PM.Map(map());
      map().pm.setGlobalOptions({ snappable: true, snapDistance: SNAP_PX, allowSelfIntersection: true });
      map().on("pm:create", created);
      map().on("pm:cut", cut);
    });
    return loading;
  }

  /* Neighbours with their exact places, unseen, for vertices to snap to. */
  async function lendVertices() {
    const { state, form } = twin.edit;
    snaps = snaps || window.L.layerGroup([], { pmIgnore: true }).addTo(map());
    snaps.clearLayers();
    if (map().getZoom() < SNAP_ZOOM) return;
    const centre = map().getCenter();
    const within = Math.min(MOST_M, map().distance(centre, map().getBounds().getNorthEast()));
    const own = new Set(state.items.map((item) => `${item.layer} ${item.id}`));
    await Promise.all(form().snaps_to.map(async (layer) => {
      const answer = await fetch(`/edit/${layer}/beside.json?lat=${centre.lat}&lon=${centre.lng}&within=${within}`, { cache: "no-store" });
      if (!answer.ok) return;
      const unseen = { opacity: 0, fillOpacity: 0, weight: 0 };
      Object.entries(await answer.json()).forEach(([id, place]) => {
        if (!own.has(`${layer} ${id}`)) twin.edit.map.drawn(place, unseen, { snapIgnore: false, interactive: false }).addTo(snaps);
      });
    }));
  }

  function shapeIn(made) {
    const found = made.toGeoJSON(DECIMALS);
    return found.type === "Feature" ? [found.geometry] : found.features.map((feature) => feature.geometry);
  }

  /* Several parts as one geometry. */
  function joined(parts) {
    if (parts.length === 1) return parts[0];
    const single = (part) => (part.type.startsWith("Multi") ? part.coordinates : [part.coordinates]);
    const type = `Multi${parts[0].type.replace("Multi", "")}`;
    return { type, coordinates: parts.flatMap(single) };
  }

  function arm(item) {
    const layer = twin.edit.map.layerOf(item);
    if (!layer || item.gone) return;
    layer.options.pmIgnore = false;
    window.L.PM.reInitLayer(layer);
    layer.pm.enable({ snappable: true, snapDistance: SNAP_PX, allowSelfIntersection: true, draggable: true });
    const take = () => {
      const [geometry] = shapeIn(layer);
      if (!twin.edit.same(geometry, twin.edit.shapeOf(item))) twin.edit.setShape(item, geometry);
    };
    layer.on("pm:edit pm:dragend pm:markerdragend pm:vertexremoved", take);
    layer.on("pm:markerdrag pm:drag", () => measure(shapeIn(layer)[0]));
  }

  function suggestedKey(form) {
    const key = form.fields.find((field) => field.name === form.key);
    if (!key || key.kind !== "text" || form.made_key) return {};
    const now = new Date();
    const pair = (number) => String(number).padStart(2, "0");
    const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(pair).join("");
    const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(pair).join("");
    return { [form.key]: `${day}-${time}` };
  }

  function add(geometry) {
    const { state, form, freshItem, open, tell } = twin.edit;
    twin.edit.change(() => {
      open([freshItem(state.layer, geometry, suggestedKey(form()))]);
    });
    tell("items", "tool");
    if (twin.sheet.isUsed()) twin.acts.sheet("middle");
  }

  function created(event) {
    const [geometry] = shapeIn(event.layer);
    event.layer.remove();
    drawing = "";
    add(geometry);
  }

  function cut(event) {
    const { state, setShape, set } = twin.edit;
    const [item] = state.items;
    const parts = event.layer ? shapeIn(event.layer) : [];
    if (event.layer) event.layer.remove();
    if (item && parts.length) setShape(item, joined(parts));
    set({ tool: "select" }, "items", "tool");
  }

  function style() {
    const color = twin.colours.token("accent");
    const line = { color, weight: 2.5, pane: "editing" };
    return { pathOptions: { ...line, fillColor: color, fillOpacity: 0.18 }, templineStyle: line, hintlineStyle: { ...line, dashArray: "5 5" } };
  }

  const KINDS = { Point: "CircleMarker", LineString: "Line", MultiLineString: "Line", MultiPolygon: "Polygon" };

  function stop() {
    if (!map() || !map().pm) return;
    if (drawing) map().pm.disableDraw();
    drawing = "";
    twin.edit.state.items.forEach((item) => {
      const layer = twin.edit.map.layerOf(item);
      if (layer && layer.pm) layer.pm.disable();
    });
  }

  async function choose(tool, kind) {
    const { state, form, set, mayEdit } = twin.edit;
    if (tool !== "select" && (!mayEdit() || !form())) return;
    if (tool === "draw" && !form().geometry.length) return add(null);
    if (tool === "draw") twin.edit.open([]);
    set({ tool, kind: kind || (tool === "draw" ? KINDS[form().geometry[0]] : "") }, "tool");
    if (tool !== "select") map().getContainer().focus();
  }

  /* The tool that is on, applied to what is drawn now. */
  async function renew() {
    const { state } = twin.edit;
    if (!map()) return;
    stop();
    tellHow();
    if (state.tool === "select") return;
    await Promise.all([load(), lendVertices()]);
    stop();
    if (state.tool === "shape") state.items.forEach(arm);
    if (state.tool === "draw") {
      drawing = state.kind;
      map().pm.enableDraw(drawing, { ...style(), tooltips: false, continueDrawing: false, markerStyle: { draggable: true } });
    }
    const [item] = state.items;
    if (state.tool === "cut" && item) {
      const layer = twin.edit.map.layerOf(item);
      layer.options.pmIgnore = false;
      window.L.PM.reInitLayer(layer);
      drawing = "Cut";
      map().pm.enableDraw("Cut", { ...style(), tooltips: false, layersToCut: [layer] });
    }
  }

  /* Metres on a plane through the shape: enough to see what is drawn. */
  function size(geometry) {
    const lines = geometry.type === "Polygon" ? geometry.coordinates : geometry.type === "LineString" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : geometry.type === "MultiLineString" ? geometry.coordinates : [];
    const isArea = geometry.type.endsWith("Polygon");
    let [area, length] = [0, 0];
    for (const line of lines) {
      const scale = (EARTH_M * Math.PI) / 180;
      const flat = line.map(([lng, lat]) => [lng * scale * Math.cos((line[0][1] * Math.PI) / 180), lat * scale]);
      let ring = 0;
      for (let at = 1; at < flat.length; at += 1) {
        const [[x, y], [u, v]] = [flat[at - 1], flat[at]];
        length += Math.hypot(u - x, v - y);
        ring += ((x - flat[0][0]) * (v - flat[0][1]) - (u - flat[0][0]) * (y - flat[0][1])) / 2;
      }
      area += ring;
    }
    return { isArea, area: Math.abs(area), length };
  }

  function number(value, unit) {
    return `${value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 })}\u202f${unit}`;
  }

  function inWords(geometry) {
    if (!geometry || geometry.type.endsWith("Point")) return "";
    const { isArea, area, length } = size(geometry);
    if (!isArea) return twin.edit.say("length", { length: length < 1000 ? number(length, "m") : number(length / 1000, "km") });
    return twin.edit.say("area", { area: area < 10000 ? number(area, "m²") : number(area / 10000, "ha") });
  }

  function measure(geometry, how = "") {
    const box = document.getElementById("edit-measure");
    if (!box) return;
    const parts = [inWords(geometry), how].filter(Boolean);
    box.hidden = !parts.length;
    box.replaceChildren(...parts.map((text, at) => twin.edit.draw.made(at || !inWords(geometry) ? "span" : "strong", { textContent: text })));
  }

  function finish() {
    const pen = drawing && map().pm.Draw[drawing];
    if (pen && pen._finishShape) pen._finishShape();
  }

  function link(text, act) {
    const button = twin.edit.draw.made("button", { type: "button", className: "link", textContent: text });
    button.addEventListener("click", act);
    document.getElementById("edit-measure").append(button);
  }

  function others() {
    const { state, form, say } = twin.edit;
    if (state.tool === "cut" || (state.tool === "draw" && state.kind !== "CircleMarker")) link(say("finish"), finish);
    if (state.tool !== "draw") return;
    const wanted = form().geometry.map((type) => KINDS[type]).find((kind) => kind !== state.kind);
    if (wanted) link(say(wanted === "Polygon" ? "draw_area" : "draw_point"), () => choose("draw", wanted));
  }

  function tellHow() {
    const { state, say, shapeOf } = twin.edit;
    const shape = state.items.length === 1 ? shapeOf(state.items[0]) : null;
    const drawn = { CircleMarker: "draw_how_point", Line: "draw_how_line", Polygon: "draw_how_area" };
    const small = twin.sheet.isUsed() ? ` ${say("phone_shape")}` : "";
    const how = { select: "", cut: say("cut_how"), draw: say(drawn[state.kind] || "draw_how_area"), shape: say(shape && shape.type.endsWith("Point") ? "shape_how_point" : "shape_how") + small };
    measure(state.tool === "shape" ? shape : null, how[state.tool]);
    others();
  }

  twin.edit.shape = {
    renew, choose, inWords, finish,
    /* Take back the last vertex of what is being drawn. */
    back() { if (drawing && drawing !== "CircleMarker") map().pm.Draw[drawing]._removeLastVertex(); },
    get isDrawing() { return Boolean(drawing); },
    prepare: load,
  };
  twin.edit.watch((state, what) => {
    if (what.includes("tool") && !what.includes("items")) renew();
    if (what.includes("shape")) tellHow();
  });
  Object.assign(twin.acts, { "edit-tool": (tool) => choose(tool) });
})((window.twin = window.twin || {}));
