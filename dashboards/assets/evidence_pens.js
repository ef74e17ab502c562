/* How evidence is drawn: buildings by what stands in their way, lanes, pipes and where they end, nodes by their ports. */
(function (twin) {
  const BOX = 20;
  const token = (name) => twin.colours.token(name);

  function lines(shape) {
    if (shape.type === "Polygon" || shape.type === "MultiLineString") return shape.coordinates;
    return shape.type === "LineString" ? [shape.coordinates] : shape.coordinates.flat();
  }

  function trace(pen, shape, place) {
    pen.beginPath();
    for (const line of lines(shape)) {
      line.forEach((point, at) => {
        const { x, y } = place(point);
        if (at) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      });
    }
  }

  function area(fill, line, width = 0.6) {
    return (pen, shape, place) => {
      trace(pen, shape, place);
      pen.fillStyle = token(fill);
      pen.fill("evenodd");
      pen.lineWidth = width;
      pen.strokeStyle = token(line);
      pen.stroke();
    };
  }

  function way(name, width, dash = []) {
    return (pen, shape, place) => {
      trace(pen, shape, place);
      pen.setLineDash(dash);
      pen.lineJoin = "round";
      pen.lineWidth = width;
      pen.strokeStyle = token(name);
      pen.stroke();
      pen.setLineDash([]);
    };
  }

  function closed(pen, shape, place) {
    trace(pen, shape, place);
    pen.fillStyle = twin.colours.crossed(pen);
    pen.fill("evenodd");
    pen.lineWidth = 2;
    pen.strokeStyle = token("other");
    pen.stroke();
  }

  function ring(pen, shape, place) {
    const { x, y } = place(shape.coordinates);
    pen.beginPath();
    pen.arc(x, y, 7, 0, 2 * Math.PI);
    pen.fillStyle = token("panel");
    pen.fill();
    pen.lineWidth = 3;
    pen.strokeStyle = token("technology");
    pen.stroke();
  }

  function box(pen, x, y, side, radius) {
    pen.beginPath();
    pen.roundRect(x - side / 2, y - side / 2, side, side, radius);
  }

  function node(name, halo) {
    return (pen, shape, place, level) => {
      const { x, y } = place(shape.coordinates);
      if (halo) {
        pen.globalAlpha = 0.2;
        pen.beginPath();
        pen.arc(x, y, BOX * 1.25, 0, 2 * Math.PI);
        pen.fillStyle = token(name);
        pen.fill();
        pen.globalAlpha = 1;
      }
      box(pen, x, y, BOX, 5);
      pen.fillStyle = token("panel");
      pen.fill();
      pen.lineWidth = 2.2;
      pen.strokeStyle = token(name);
      pen.stroke();
      const inner = BOX - 9;
      const high = inner * (level === null ? 0 : level);
      pen.fillStyle = token(name);
      pen.fillRect(x - inner / 2, y + inner / 2 - high, inner, high);
    };
  }

  function stop(name) {
    return (pen, shape, place) => {
      const { x, y } = place(shape.coordinates);
      pen.beginPath();
      pen.arc(x, y, 6, 0, 2 * Math.PI);
      pen.fillStyle = token("panel");
      pen.fill();
      pen.lineWidth = 2.5;
      pen.strokeStyle = token(name);
      pen.stroke();
    };
  }

  /* From the bottom to the top. */
  const PENS = {
    "green-open": area("green", "ok", 1.5),
    "green-unknown": (pen, shape, place) => {
      trace(pen, shape, place);
      pen.fillStyle = token("green");
      pen.fill("evenodd");
      way("ok", 1.5, [5, 4])(pen, shape, place);
    },
    "green-closed": closed,
    lane: way("lane", 1.3, [4, 3]),
    pipe: way("control", 1.5),
    "building-open": area("building-in", "building-line"),
    "building-other": area("other", "building-line"),
    "building-data": area("data", "building-line"),
    "building-technology": area("technology", "building-line"),
    "building-messy": area("messy", "building-line"),
    "pipe-lost": way("technology", 3),
    "pipe-end": ring,
    stop: stop("ink-2"),
    "stop-rare": stop("other"),
    "node-unknown": node("ink-2", false),
    "node-free": node("ink-2", false),
    "node-full": node("technology", true),
  };

  /* A name in bold and some words on a small panel: right of a place, else left of it, else below it. */
  function spot({ x, y }, width, room) {
    if (x + 18 + width <= room - 8) return [x + 18, y];
    return x - 18 - width >= 8 ? [x - 18 - width, y] : [Math.max(8, room - 8 - width), y + 28];
  }

  function label(pen, place, name, text, room) {
    const family = getComputedStyle(document.body).fontFamily;
    const bold = `600 12px ${family}`;
    const plain = `400 12px ${family}`;
    pen.font = bold;
    const first = name ? pen.measureText(name + " ").width : 0;
    pen.font = plain;
    const width = first + pen.measureText(text).width + 16;
    const [left, y] = spot(place, width, room);
    pen.beginPath();
    pen.roundRect(left, y - 13, width, 26, 6);
    pen.shadowColor = "rgba(16, 24, 32, 0.22)";
    pen.shadowBlur = 8;
    pen.fillStyle = token("panel");
    pen.fill();
    pen.shadowColor = "transparent";
    pen.fillStyle = token("ink");
    pen.textBaseline = "middle";
    pen.font = bold;
    pen.fillText(name, left + 8, y + 0.5);
    pen.font = plain;
    pen.fillText(text, left + 8 + first, y + 0.5);
  }

  /* What stands above the outline of the zone; all else lies under it. */
  const POINTS = /^(node|stop|pipe-end)/;
  const order = Object.keys(PENS);
  const under = order.filter((role) => !POINTS.test(role));
  const above = order.filter((role) => POINTS.test(role));

  twin.evidencePens = { under, above, pens: PENS, label };
})((window.twin = window.twin || {}));
