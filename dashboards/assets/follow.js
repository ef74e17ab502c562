/* Open pages follow the store: new versions of layers, new scores, and in words what changed and by how much. */
(function (twin) {
  const SHOWN_MS = 12000;
  let listens = false;
  let isOpen = false;
  let run = null;
  let latest = null;

  function box() { return document.getElementById("follow"); }

  function tell(lines) {
    const place = box();
    if (!place || !lines.length) return;
    place.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
    place.hidden = false;
    clearTimeout(place.timer);
    place.timer = setTimeout(() => { place.hidden = true; }, SHOWN_MS);
  }

  function follow(found) {
    const isNew = run !== null && found.run !== run;
    const isRenewed = found.run === run;
    run = found.run;
    latest = found;
    if (!isNew && !isRenewed && (!twin.map || twin.map.run === run)) return;
    twin.connection.follow(run);
    if (twin.map) twin.map.follow(run);
    ["goal", "zone"].forEach(twin.view.ask);
    if (isNew) tell(found.flagged ? found.said : [...found.said, box() ? box().dataset.causes : ""].filter(Boolean));
    (twin.followers || []).forEach((each) => each(found));
  }

  function renew({ layers }) {
    if (twin.map) twin.map.renew(layers);
    (twin.changed || []).forEach((each) => each(layers));
  }

  function listen(view) {
    if (listens || !window.EventSource) return;
    listens = true;
    twin.news(view.lang, (kind, content) => (kind === "run" ? follow : renew)(content), (is) => { isOpen = is; });
  }

  twin.follow = {
    /* Whether news come by themselves, so that nobody must be asked to reload. */
    get isOpen() { return isOpen; },
    /* What was told last of a run; null before anything was. */
    get latest() { return latest; },
    listen,
    tell,
  };
})((window.twin = window.twin || {}));
