/* Keys: off while a field has the focus. */
(function (twin) {
  const ARROWS = { ArrowUp: "north", ArrowRight: "east", ArrowDown: "south", ArrowLeft: "west" };

  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable]") !== null;
  }

  function onMap(target) {
    return target.closest(".leaflet-container") !== null || target === document.body;
  }

  function letGo() {
    const body = document.body;
    if (body.dataset.panel) body.dataset.panel = "";
    else if (twin.view.now.zone) twin.view.change({ zone: "" });
    else if (twin.view.now.only.length) twin.view.change({ only: [] });
  }

  function neighbour(event) {
    const code = twin.selection.neighbour(ARROWS[event.key]);
    if (!twin.view.now.zone || !onMap(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    if (code) twin.view.change({ zone: code });
  }

  function pick(event) {
    if (!event.target.classList.contains("leaflet-container")) return;
    event.preventDefault();
    twin.view.change({ zone: twin.map.zoneAt(twin.map.leaflet.getCenter()) });
  }

  /* Options come from the server after the typing, so none of them is marked yet. */
  function pickFirst() {
    const list = document.getElementById(document.getElementById("search").getAttribute("aria-controls"));
    const marked = list && list.querySelector("[data-combobox-selected]");
    const first = list && list.querySelector("[data-combobox-option]");
    if (first && !marked) first.click();
  }

  function lens(event) {
    const name = twin.map.lenses[Number(event.key) - 1];
    if (name) window.dash_clientside.set_props("lens-select", { value: name });
  }

  const KEYS = {
    "/": (event) => { event.preventDefault(); twin.acts.search(); },
    "+": () => twin.map.leaflet.zoomIn(),
    "=": () => twin.map.leaflet.zoomIn(),
    "-": () => twin.map.leaflet.zoomOut(),
    0: () => twin.map.fit(),
    1: lens, 2: lens, 3: lens,
    Escape: letGo,
    Enter: pick,
    ArrowUp: neighbour, ArrowRight: neighbour, ArrowDown: neighbour, ArrowLeft: neighbour,
  };

  /* The map takes the focus when clicked; its ring is for those who came by keyboard. */
  document.addEventListener("keydown", () => document.body.toggleAttribute("data-keys", true), true);
  document.addEventListener("pointerdown", () => document.body.removeAttribute("data-keys"), true);

  /* Before Leaflet's own keys, which pan the map. */
  document.addEventListener("keydown", (event) => {
    const drawer = document.querySelector(".mantine-Drawer-content");
    if (drawer || !twin.view.now || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      if (event.key === "Enter" && event.target.id === "search") pickFirst();
      return;
    }
    const act = KEYS[event.key];
    if (!act || !twin.map.leaflet) return;
    if ("+-=".includes(event.key)) event.stopPropagation();
    act(event);
  }, true);
})((window.twin = window.twin || {}));
