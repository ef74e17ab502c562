/* Evidence of the selected zone under the lens of causes: fetched once a zone, drawn from near by, with its legend. */
(function (twin) {
  const NOTHING = { features: [], legend: [], labels: [] };
  let found = NOTHING;
  let failed = false;

  function place([longitude, latitude]) {
    return twin.map.leaflet.latLngToContainerPoint([latitude, longitude]);
  }

  function isSeen() {
    return found.features.length > 0 && twin.pens.isNear(twin.map.leaflet.getZoom());
  }

  function drawRoles(pen, roles) {
    for (const role of roles) {
      for (const { geometry, properties } of found.features) {
        if (properties.role === role) twin.evidencePens.pens[role](pen, geometry, place, properties.level);
      }
    }
  }

  function drawUnder(pen) {
    if (isSeen()) drawRoles(pen, twin.evidencePens.under);
  }

  function drawAbove(pen) {
    if (!isSeen()) return;
    const { above, label } = twin.evidencePens;
    drawRoles(pen, above);
    const size = twin.map.leaflet.getSize();
    for (const each of found.labels) {
      const at = place(each.at);
      if (size.contains(at) && at.x > 0 && at.y > 0) label(pen, at, each.name, each.text, size.x);
    }
  }

  function element(tag, className, text) {
    return Object.assign(document.createElement(tag), { className, textContent: text || "" });
  }

  function row({ role, label, count }) {
    const made = element("div", "evidence-row");
    const key = element("span", `key key-${role}`);
    const number = element("span", "count", role === "lane" ? "" : count);
    made.append(key, element("span", "label", label), number);
    return made;
  }

  function button(box, text, act) {
    const made = element("button", "link", text);
    made.type = "button";
    made.dataset.do = act;
    box.append(made);
  }

  function legend() {
    const box = document.getElementById("evidence");
    if (!box) return;
    box.hidden = !failed && !found.features.length;
    box.replaceChildren();
    if (box.hidden) return;
    if (failed) {
      box.append(element("div", "heading", box.dataset.failed));
      return button(box, box.dataset.again, "evidence-again");
    }
    box.append(element("div", "heading", found.title));
    if (twin.pens.isNear(twin.map.leaflet.getZoom())) return box.append(...found.legend.map(row));
    button(box, box.dataset.show, "see-evidence");
  }

  function set(content, isFailed = false) {
    found = content;
    failed = isFailed;
    twin.map.leaflet.getContainer().setAttribute("data-evidence", found.zone || "");
    legend();
    twin.overlay.redraw();
  }

  function read(view) {
    const { run } = twin.map;
    if (view.lens !== "cause" || !view.zone || !view.goal || !run) return set(NOTHING);
    set(NOTHING);
    const wanted = [run, view.goal, view.zone].map(encodeURIComponent).join("/");
    const isStill = () => twin.view.now.zone === view.zone && twin.view.now.goal === view.goal && twin.view.now.lens === view.lens;
    return fetch(`/evidence/${wanted}.json?lang=${view.lang}`)
      .then((answer) => (answer.ok ? answer.json() : answer.status === 404 ? NOTHING : Promise.reject(answer.status)))
      .then((content) => { if (isStill()) set(content); }, () => { if (isStill()) set(NOTHING, true); });
  }

  Object.assign((twin.acts = twin.acts || {}), {
    "evidence-again": () => read(twin.view.now),
    "see-evidence": () => twin.selection.show(),
  });

  (twin.followers = twin.followers || []).push(() => { if (twin.view.now.lens === "cause" && twin.view.now.zone) read(twin.view.now); });

  (twin.begin = twin.begin || []).push((map) => {
    twin.overlay.add(map, "evidence", 445, drawUnder);
    twin.overlay.add(map, "evidence-points", 460, drawAbove);
    map.on("zoomend", legend);
    twin.view.watch((view, keys) => {
      if (["zone", "goal", "lens"].some((key) => keys.includes(key))) read(view);
    });
  });
})((window.twin = window.twin || {}));
