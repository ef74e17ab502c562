/* Glyphs in zones from 28 px of width on, seen from afar: a cause is never told by its hue alone. */
(function (twin) {
  const FROM_PX = 28;
  const SIZES = [13, 18];
  const FADED = 0.22;
  const scene = (twin.scene = twin.scene || {});
  const images = new Map();
  const stamps = new Map();
  let places = {};

  function image(name) {
    if (!images.has(name)) {
      const made = new Image();
      made.onload = twin.overlay.redraw;
      made.src = `/assets/icons/glyph-${name}.svg`;
      images.set(name, made);
    }
    return images.get(name);
  }

  /* The icon in the colour of a token, as a canvas of twice its size. */
  function stamp(name, token) {
    const colour = twin.colours.token(token);
    const key = name + colour;
    const source = image(name);
    if (stamps.has(key) || !source.complete || !source.naturalWidth) return stamps.get(key);
    const canvas = Object.assign(document.createElement("canvas"), { width: 48, height: 48 });
    const pen = canvas.getContext("2d");
    pen.drawImage(source, 0, 0, 48, 48);
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 48, 48);
    stamps.set(key, canvas);
    return canvas;
  }

  function drawOne(pen, map, code, [latitude, longitude, metres]) {
    const score = scene.scores[code];
    const style = score && scene.classes[String(score[0])];
    const width = twin.pens.pixelsOf(metres, map.getZoom());
    if (!style || !style.glyph || width < FROM_PX) return;
    const glyph = stamp(style.glyph, style.glyph_token);
    if (!glyph) return;
    const { x, y } = map.latLngToContainerPoint([latitude, longitude]);
    const size = Math.min(SIZES[1], Math.max(SIZES[0], width / 4));
    pen.globalAlpha = twin.pens.isFaded(String(score[0])) ? FADED : 1;
    pen.drawImage(glyph, x - size / 2, y - size / 2, size, size);
  }

  function draw(pen) {
    const map = twin.map.leaflet;
    if (twin.pens.isNear(map.getZoom())) return;
    if (!Object.values(scene.classes).some((style) => style.glyph)) return;
    Object.entries(places).forEach(([code, place]) => drawOne(pen, map, code, place));
  }

  (twin.begin = twin.begin || []).push((map) => {
    twin.overlay.add(map, "glyphs", 440, draw);
    fetch("/places.json").then((answer) => (answer.ok ? answer.json() : {})).then((found) => {
      places = found;
      twin.overlay.redraw();
    }, () => twin.connection.lost());
  });
})((window.twin = window.twin || {}));
