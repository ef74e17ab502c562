/* The map: vector tiles of every layer in one canvas layer, zones outlined in a second one above it. Colours, filter and
   theme are drawn again from tiles that are already here; only a new version of a layer is fetched. */
(function (twin) {
  const ZONES = "zone";
  const FILL_ORDER = 30;
  const LAST_DATA_ZOOM = 15;
  /* A tile without features, as the library wants it. */
  const nothing = (tile) => Promise.resolve({ z: tile.z, dataTile: tile, data: new Map(), origin: { x: 0, y: 0 }, scale: 1, dim: 512 });
  const scene = (twin.scene = twin.scene || {});
  let map = null;
  let facts = null;
  let base = null;
  let top = null;
  let views = null;

  function tilesOf(layer) {
    return { url: `/tiles/${layer.id}/{z}/{x}/{y}.mvt?v=${layer.version}`, maxDataZoom: LAST_DATA_ZOOM };
  }

  /* A layer asks for no tiles below its first zoom. */
  function startingAt(zoom, view) {
    const ask = view.getDisplayTile.bind(view);
    view.getDisplayTile = (tile) => (tile.z < zoom ? nothing(tile) : ask(tile));
    return view;
  }

  function rule(layer, symbolizer, filter) {
    return { dataSource: layer.id, dataLayer: layer.id, symbolizer, filter };
  }

  function rules() {
    const underZones = (layer) => layer.style.order < FILL_ORDER;
    const plain = facts.layers.filter((layer) => layer.id !== ZONES).sort((a, b) => a.style.order - b.style.order);
    const zones = facts.layers.find((layer) => layer.id === ZONES);
    const drawn = (layer) => rule(layer, twin.pens.any(layer.style), underZones(layer) ? twin.pens.isNear : undefined);
    return [
      ...plain.filter(underZones).map(drawn),
      rule(zones, twin.pens.zoneFill),
      ...plain.filter((layer) => !underZones(layer)).map(drawn),
      rule(zones, twin.pens.zoneBorder),
    ];
  }

  function outlines() {
    const zones = { id: ZONES };
    return [
      rule(zones, twin.pens.outline((code) => code && code === scene.hovered, [[2, "ink"]])),
      rule(zones, twin.pens.outline((code) => code && code === scene.selected, [[6, "panel"], [2.5, "ink"]])),
    ];
  }

  function gridLayer(options) {
    return window.protomapsL.leafletLayer({ attribution: "", tileDelay: 0.1, noWrap: true, labelRules: [], ...options });
  }

  function drawLayers() {
    const sources = Object.fromEntries(facts.layers.map((layer) => [layer.id, tilesOf(layer)]));
    base = gridLayer({ sources, paintRules: rules() });
    views = base.views;
    facts.layers.forEach((layer) => startingAt(layer.style.min_zoom, views.get(layer.id)));
    chooseViews(twin.view.now);
    map.createPane("outlines").style.cssText = "z-index:450;pointer-events:none";
    top = gridLayer({ sources: {}, paintRules: outlines(), pane: "outlines" });
    top.views = new Map([[ZONES, views.get(ZONES)]]);
    base.addTo(map);
    top.addTo(map);
    base.on("load", () => map.getContainer().setAttribute("data-drawn", "yes"));
  }

  /* Only tiles of this zoom: those of the last one, still there while new ones come, would stop the new ones. */
  function drawAgain(layer) {
    if (!layer) return;
    for (const key of Object.keys(layer._tiles)) {
      const place = layer._keyToTileCoords(key);
      if (place.z === layer._tileZoom) layer.renderTile(place, layer._tiles[key].el, layer._tileCoordsToKey(place));
    }
  }

  function chooseViews(view) {
    const on = new Set([ZONES, ...(view.layers || twin.map.shownAtFirst())]);
    base.backgroundColor = facts.basemap ? undefined : twin.colours.token("land");
    base.views = new Map([...views].filter(([name]) => on.has(name)));
  }

  function place() {
    const at = twin.view.now.at;
    if (at) map.setView([at[0], at[1]], at[2], { animate: false });
    else twin.map.fit(false);
    map.on("moveend", () => {
      const centre = map.getCenter();
      twin.view.change({ at: [Number(centre.lat.toFixed(5)), Number(centre.lng.toFixed(5)), map.getZoom()] });
    });
  }

  /* Leaflet's own way moves the centre by up to half a pixel, which would then stand in the URL. */
  function keepCentre() {
    const centre = map.getCenter();
    map.invalidateSize({ pan: false });
    map.setView(centre, map.getZoom(), { animate: false });
  }

  function begin() {
    if (!map || !facts || !twin.view.now || base) return;
    twin.view.settle({ goal: facts.goal, lens: facts.lens });
    scene.latitude = (facts.bounds[0][0] + facts.bounds[1][0]) / 2;
    scene.nearZoom = facts.near_zoom;
    new ResizeObserver(keepCentre).observe(map.getContainer());
    place();
    drawLayers();
    map.on("zoomend", () => document.body.toggleAttribute("data-near", twin.pens.isNear(map.getZoom())));
    map.fire("zoomend");
    twin.view.watch(follow);
    (twin.begin || []).forEach((act) => act(map));
  }

  function follow(view, keys) {
    const changed = (...names) => names.some((name) => keys.includes(name));
    Object.assign(scene, { only: view.only || [], selected: view.zone || "" });
    if (changed("theme")) twin.colours.forget();
    if (changed("layers", "theme")) chooseViews(view);
    if (changed("goal", "lens")) readScores(view);
    if (changed("layers", "only", "theme", "zone")) twin.map.redraw();
    if (changed("zone")) twin.map.outline();
  }

  function readScores(view) {
    const lens = facts.lenses[view.lens];
    if (!facts.run || !view.goal || !lens) return;
    const address = lens.scores.replace("{run}", facts.run).replace("{goal}", view.goal) + `?lang=${view.lang}`;
    fetch(address).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status))).then((found) => {
      if (twin.view.now.goal !== view.goal || twin.view.now.lens !== view.lens) return;
      Object.assign(scene, { scores: found.zones, classes: lens.classes, fill: lens.fill });
      map.getContainer().setAttribute("data-goal", view.goal);
      map.getContainer().setAttribute("data-lens", view.lens);
      twin.map.redraw();
    }, () => twin.connection.lost());
  }

  twin.map = {
    get leaflet() { return map; },
    get bounds() { return facts.bounds; },
    get run() { return facts ? facts.run : null; },
    get lenses() { return facts ? Object.keys(facts.lenses) : []; },
    shownAtFirst: () => facts.layers.filter((layer) => layer.style.shown).map((layer) => layer.id),
    begin,
    start(found) { facts = found; begin(); },
    take(found) { map = found; map.whenReady(begin); },
    /* Ask again for tiles that did not come, and for the scores. */
    refresh() {
      if (!base) return;
      readScores(twin.view.now);
      twin.map.redraw();
      twin.map.outline();
    },
    /* Scores of a newer run. */
    follow(run) {
      if (!facts) return;
      facts.run = run;
      if (base) readScores(twin.view.now);
    },
    /* Newer versions of layers: tiles are asked for again, the old ones are shown until they are here. */
    renew(versions) {
      if (!base) return;
      const newer = facts.layers.filter((layer) => versions[layer.id] && versions[layer.id] !== layer.version);
      for (const layer of newer) {
        layer.version = versions[layer.id];
        const { tileCache } = views.get(layer.id);
        tileCache.source.url = tilesOf(layer).url;
        tileCache.cache.clear();
      }
      if (newer.length) twin.map.redraw();
      if (newer.some((layer) => layer.id === ZONES)) twin.map.outline();
    },
    redraw() {
      drawAgain(base);
      twin.overlay.redraw();
    },
    outline() { drawAgain(top); },

    /* Codes of the zone that is drawn at a place, "" where there is none. */
    zoneAt({ lat, lng }) {
      const found = views ? views.get(ZONES).queryFeatures(lng, lat, map.getZoom(), 0) : [];
      return found.length ? found[found.length - 1].feature.props.code : "";
    },

    /* The whole city; a tenth of it may lie outside where it would else be half as large. */
    fit(animate = true) {
      const bounds = window.L.latLngBounds(facts.bounds);
      const free = { padding: [8, 8], ...twin.map.covered() };
      map.fitBounds(bounds, { animate, ...free });
      if (twin.sheet.isUsed()) return;
      const nearer = map.getBoundsZoom(bounds.pad(-0.06)) ;
      if (nearer > map.getZoom()) map.setView(bounds.getCenter(), nearer, { animate });
    },

    /* What of the map lies under a bottom sheet, as Leaflet's padding. */
    covered() {
      const sheet = twin.sheet ? twin.sheet.height() : 0;
      const bar = sheet ? 112 : 0;
      return sheet ? { paddingTopLeft: [16, bar], paddingBottomRight: [16, sheet + 16] } : {};
    },
  };

  window.L.Map.addInitHook(function () { twin.map.take(this); });
})((window.twin = window.twin || {}));
