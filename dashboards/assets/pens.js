/* Pens: how a feature is drawn on the canvas. A `shade` says that it is cells, which stand for many small features. Far out zones carry the colour and all else is a hint of structure;
   near by zones step back (11 %) and streets, buildings and networks show as what they are. */
(function (twin) {
  const FADED = 0.22;
  const NEAR_FILL = 0.11;
  const NEAR_FILL_SELECTED = 0.17;
  const NEAR_HATCH = 0.4;
  const LANE_UNDER_M = 3.5;
  const WIDE = new Set(["motorway", "trunk", "primary", "arterial"]);
  const MIDDLE = new Set(["secondary", "tertiary", "collector"]);
  const PATHS = new Set(["path", "footway", "steps", "cycleway", "bridleway", "track", "alley"]);
  const USUAL_WIDTH_M = 6;

  const EQUATOR_M = 40075016.7;

  const scene = Object.assign((twin.scene = twin.scene || {}), {
    nearZoom: 15, latitude: 0, scores: {}, classes: {}, fill: 1, only: [], selected: "", hovered: "",
  });

  const isNear = (zoom) => zoom >= scene.nearZoom;

  function pixelsOf(metres, zoom) {
    const metresPerPixel = (EQUATOR_M * Math.cos((scene.latitude * Math.PI) / 180)) / (256 * 2 ** zoom);
    return metres / metresPerPixel;
  }

  /* Far out things are a hint over the colour of their zone: a token of its own where there is one. */
  function paint(context, name, near) {
    const over = near ? "" : twin.colours.token(name + "-over");
    const has = over && over !== "transparent";
    context.globalAlpha = near || has ? 1 : 0.5;
    return has ? over : twin.colours.token(name);
  }

  function trace(context, geometry, close) {
    context.beginPath();
    for (const line of geometry) {
      line.forEach((point, at) => (at ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
      if (close) context.closePath();
    }
  }

  function isFaded(name) {
    return scene.only.length > 0 && !scene.only.includes(name);
  }

  function classOf(feature) {
    const score = scene.scores[feature.props.code];
    return score ? String(score[0]) : "";
  }

  const zoneFill = {
    draw(context, geometry, zoom, feature) {
      const name = classOf(feature);
      const style = scene.classes[name];
      if (!style) return;
      trace(context, geometry, true);
      const chosen = feature.props.code === scene.selected;
      const strength = isNear(zoom) ? (chosen ? NEAR_FILL_SELECTED : NEAR_FILL) : scene.fill;
      context.globalAlpha = isFaded(name) ? strength * FADED : strength;
      if (style.hatch) context.globalAlpha = (isFaded(name) ? FADED : 1) * (isNear(zoom) ? NEAR_HATCH : 1);
      context.fillStyle = style.hatch ? twin.colours[style.hatch](context) : twin.colours.token(style.token);
      context.fill("evenodd");
      context.globalAlpha = 1;
    },
  };

  const zoneBorder = {
    draw(context, geometry, zoom) {
      trace(context, geometry, true);
      context.setLineDash(isNear(zoom) ? [5, 3] : []);
      context.lineWidth = isNear(zoom) ? 1.2 : 0.8;
      context.globalAlpha = isNear(zoom) ? 0.4 : 1;
      context.strokeStyle = twin.colours.token(isNear(zoom) ? "control" : "zone-line");
      context.stroke();
      context.globalAlpha = 1;
      context.setLineDash([]);
    },
  };

  function area(style) {
    return {
      draw(context, geometry, zoom, feature) {
        const { shade } = feature.props;
        trace(context, geometry, true);
        context.fillStyle = paint(context, style.fill, isNear(zoom));
        context.globalAlpha *= shade === undefined ? 1 : shade;
        context.fill("evenodd");
        context.globalAlpha = 1;
        if (!isNear(zoom) || !style.line || shade !== undefined) return;
        context.lineWidth = style.width;
        context.strokeStyle = twin.colours.token(style.line);
        context.stroke();
      },
    };
  }

  function farWidth(feature) {
    const kind = String(feature.props.road_class || "").replace("_link", "");
    if (WIDE.has(kind)) return 2.2;
    return MIDDLE.has(kind) ? 1.4 : 0.5;
  }

  function line(style) {
    return {
      draw(context, geometry, zoom, feature) {
        const width = feature.props.width_m;
        const lane = width ? width < LANE_UNDER_M : PATHS.has(feature.props.road_class);
        trace(context, geometry, false);
        context.lineCap = context.lineJoin = "round";
        if (!isNear(zoom)) {
          context.lineWidth = farWidth(feature);
          context.strokeStyle = paint(context, style.line, false);
        } else if (lane) {
          context.setLineDash([4, 3]);
          context.lineCap = "butt";
          context.lineWidth = 1.3;
          context.strokeStyle = twin.colours.token("lane");
        } else {
          context.lineWidth = Math.max(style.width, pixelsOf(width || (feature.props.road_class ? USUAL_WIDTH_M : 0), zoom));
          context.strokeStyle = twin.colours.token(style.line);
        }
        context.stroke();
        context.globalAlpha = 1;
        context.setLineDash([]);
      },
    };
  }

  function point(style) {
    return {
      draw(context, geometry, zoom) {
        context.fillStyle = twin.colours.token(style.fill);
        context.strokeStyle = twin.colours.token(style.line || "panel");
        context.lineWidth = 1.2;
        for (const part of geometry) for (const { x, y } of part) {
          context.beginPath();
          context.arc(x, y, isNear(zoom) ? style.radius : style.radius * 0.7, 0, 2 * Math.PI);
          context.fill();
          context.stroke();
        }
      },
    };
  }

  /* Points, lines or areas, by what the feature is: a layer may hold points and areas. */
  function any(style) {
    const pens = { 1: point(style), 2: line(style), 3: area(style) };
    return { draw: (context, geometry, zoom, feature) => pens[feature.geomType].draw(context, geometry, zoom, feature) };
  }

  function outline(isWanted, widths) {
    return {
      draw(context, geometry, zoom, feature) {
        if (!isWanted(feature.props.code)) return;
        for (const [width, name] of widths) {
          trace(context, geometry, true);
          context.lineJoin = "round";
          context.lineWidth = width;
          context.strokeStyle = twin.colours.token(name);
          context.stroke();
        }
      },
    };
  }

  twin.pens = { isNear, isFaded, pixelsOf, zoneFill, zoneBorder, any, outline };
})((window.twin = window.twin || {}));
