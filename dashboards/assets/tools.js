/* Tools on the map and in the bar above: zoom, fit, share, theme, language, drawers of narrow screens. */
(function (twin) {
  function theme() {
    return document.documentElement.getAttribute("data-mantine-color-scheme") === "dark" ? "dark" : "light";
  }

  function address() {
    const own = twin.view.now || {};
    return window.location.origin + window.location.pathname + twin.view.query({ ...own, theme: "" });
  }

  function tell(element) {
    const text = element.dataset.done;
    const box = document.getElementById("toast");
    if (!text || !box) return;
    box.textContent = text;
    box.hidden = false;
    clearTimeout(box.timer);
    box.timer = setTimeout(() => { box.hidden = true; }, 6000);
  }

  function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    return Promise.resolve();
  }

  Object.assign((twin.acts = twin.acts || {}), {
    zoom: (by) => twin.map.leaflet.zoomIn(Number(by)),
    fit: () => twin.map.fit(),
    share: (_, element) => copy(address()).then(() => tell(element)),
    theme() {
      const next = theme() === "dark" ? "light" : "dark";
      document.documentElement.setAttribute("data-mantine-color-scheme", next);
      window.localStorage.setItem("twin-theme", next);
      window.dash_clientside.set_props("theme", { forceColorScheme: next });
      twin.view.change({ theme: next });
    },
    language(lang) {
      const query = twin.view.query({ ...twin.view.now, lang });
      window.location.assign(window.location.pathname + (query || "?"));
    },
    panel(name) {
      const body = document.body;
      body.dataset.panel = body.dataset.panel === name ? "" : name;
      if (twin.sheet.isUsed() && name !== "more") {
        twin.view.change({ zone: "" });
        twin.acts.sheet("middle");
      }
      const block = document.querySelector(`[data-block="${name}"]`);
      if (block) block.scrollIntoView({ block: twin.sheet.isUsed() ? "start" : "nearest" });
    },
    search() {
      document.body.dataset.panel = "";
      document.body.toggleAttribute("data-search", true);
      const field = document.getElementById("search");
      if (field) field.focus();
    },
  });

  document.addEventListener("pointerdown", (event) => {
    const inside = event.target.closest(".left, .rail, .tabs, .tools, .mantine-Select-dropdown");
    if (!inside) document.body.dataset.panel = "";
  });

  document.addEventListener("focusout", (event) => {
    if (event.target.id === "search") document.body.removeAttribute("data-search");
  });
})((window.twin = window.twin || {}));
