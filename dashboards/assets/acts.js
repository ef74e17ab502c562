/* Acts: what buttons and links do. An element says `data-do="name"` and, where needed, `data-with="value"`. */
(function (twin) {
  twin.acts = twin.acts || {};

  document.addEventListener("click", (event) => {
    const element = event.target.closest("[data-do]");
    if (!element || element.disabled) return;
    const act = twin.acts[element.dataset.do];
    if (!act) return;
    event.preventDefault();
    act(element.dataset.with || "", element);
  });

  Object.assign(twin.acts, {
    zone: (code) => twin.view.change({ zone: code }),
    "let-go": () => twin.view.change({ zone: "" }),
    "clear-filter": () => twin.view.change({ only: [] }),
    filter(name) {
      const only = new Set(twin.view.now.only);
      if (!only.delete(name)) only.add(name);
      twin.view.change({ only: [...only].sort() });
    },
    layer(name) {
      const layers = new Set(twin.view.now.layers || twin.map.shownAtFirst());
      if (!layers.delete(name)) layers.add(name);
      twin.view.change({ layers: [...layers].sort() });
    },
    drawer: (what) => window.dash_clientside.set_props("drawer-of", { data: { what, at: Date.now() } }),
    again: (key) => twin.view.ask(key),
    reload: () => window.location.reload(),
  });
})((window.twin = window.twin || {}));
