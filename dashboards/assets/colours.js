/* Colours of the canvas, read from the CSS tokens whenever the theme changes, and the hatchings made of them. */
(function (twin) {
  let read = new Map();

  function token(name) {
    if (!read.has(name)) {
      const value = getComputedStyle(document.documentElement).getPropertyValue("--t-" + name).trim();
      read.set(name, value || "transparent");
    }
    return read.get(name);
  }

  /* A cell of 8 px divides the 512 px of a data tile, so hatchings meet at the edges of tiles. */
  const CELL = 8;

  function hatch(context, name, background, crossed) {
    const scale = window.devicePixelRatio || 1;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = CELL * scale;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.fillStyle = token(background);
    pen.fillRect(0, 0, CELL, CELL);
    pen.strokeStyle = token(name);
    pen.lineWidth = crossed ? 0.9 : 2;
    const strokes = crossed ? [[0, CELL, CELL, 0], [0, 0, CELL, CELL]] : [[0, 0, CELL, CELL]];
    for (const [x1, y1, x2, y2] of strokes) {
      for (const shift of [-CELL, 0, CELL]) {
        pen.beginPath();
        pen.moveTo(x1 + shift, y1);
        pen.lineTo(x2 + shift, y2);
        pen.stroke();
      }
    }
    const pattern = context.createPattern(canvas, "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / scale));
    return pattern;
  }

  /* Dots: what was not looked at. */
  function dots(context) {
    const scale = window.devicePixelRatio || 1;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = CELL * scale;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.fillStyle = token("land");
    pen.fillRect(0, 0, CELL, CELL);
    pen.fillStyle = token("und-fg");
    pen.beginPath();
    pen.arc(CELL / 2, CELL / 2, 1.4, 0, 2 * Math.PI);
    pen.fill();
    const pattern = context.createPattern(canvas, "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / scale));
    return pattern;
  }

  twin.colours = {
    token,
    forget() { read = new Map(); },
    crossed: (context) => hatch(context, "nodata-fg", "land", true),
    dotted: dots,
    slanted: (context) => hatch(context, "und-fg", "und-bg", false),
  };
})((window.twin = window.twin || {}));
