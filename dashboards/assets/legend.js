/* The legend as a filter: pressed rows, and the words said when no zone is left. */
(function (twin) {
  function mark(view) {
    const only = view.only || [];
    const rows = [...document.querySelectorAll("[data-do='filter']")];
    rows.forEach((row) => {
      const on = only.includes(row.dataset.with);
      row.setAttribute("aria-pressed", String(on));
      row.classList.toggle("dim", only.length > 0 && !on);
    });
    const left = rows.filter((row) => only.includes(row.dataset.with));
    const zones = left.reduce((sum, row) => sum + Number(row.dataset.zones), 0);
    const filtered = document.getElementById("filtered");
    const nothing = document.getElementById("no-match");
    if (filtered) filtered.hidden = !(only.length && zones);
    if (!nothing) return;
    nothing.hidden = !(only.length && !zones && rows.length);
    const said = nothing.querySelector("[data-said]");
    if (said && left.length === 1) said.textContent = left[0].dataset.none;
  }

  function markLayers(view) {
    const on = new Set(view.layers || twin.map.shownAtFirst());
    document.querySelectorAll("[data-do='layer']").forEach((row) => {
      row.setAttribute("aria-checked", String(on.has(row.dataset.with)));
    });
  }

  function markLater(map) {
    document.querySelectorAll("[data-from-zoom]").forEach((row) => {
      row.classList.toggle("later", map.getZoom() < Number(row.dataset.fromZoom));
    });
  }

  twin.legend = {
    /* After the server made the panel again. */
    renew() { if (twin.view.now) mark(twin.view.now); },
  };

  (twin.begin = twin.begin || []).push((map) => {
    map.on("zoomend", () => markLater(map));
    markLater(map);
  });
  (twin.begin = twin.begin || []).push(() => twin.view.watch((view) => { mark(view); markLayers(view); }));
})((window.twin = window.twin || {}));
