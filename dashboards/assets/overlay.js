/* Canvases over the tiles, for what must not be cut at the edges of tiles: glyphs of zones, evidence. They are a third
   larger than the map on each side, so that dragging shows no edge, and are hidden while the map zooms. */
(function (twin) {
  const BEYOND = 0.33;
  const drawn = [];

  function fitted(map, canvas) {
    const size = map.getSize();
    const scale = window.devicePixelRatio || 1;
    const beyond = { x: Math.round(size.x * BEYOND), y: Math.round(size.y * BEYOND) };
    const [width, height] = [size.x + 2 * beyond.x, size.y + 2 * beyond.y];
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.style.cssText = `width:${width}px;height:${height}px;`;
    window.L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([-beyond.x, -beyond.y]));
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, beyond.x * scale, beyond.y * scale);
    return pen;
  }

  /* A canvas in a pane of its own; `draw(pen)` draws in pixels of the map's container. */
  function add(map, name, order, draw) {
    map.createPane(name).style.cssText = `z-index:${order};pointer-events:none`;
    const canvas = Object.assign(document.createElement("canvas"), { className: "leaflet-zoom-hide" });
    map.getPane(name).append(canvas);
    const redraw = () => draw(fitted(map, canvas));
    map.on("moveend zoomend resize", redraw);
    drawn.push(redraw);
  }

  twin.overlay = { add, redraw() { drawn.forEach((redraw) => redraw()); } };
})((window.twin = window.twin || {}));
