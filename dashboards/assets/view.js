/* The view: what is shown, in one object. It is read from the page at start, changed by one function, and kept in
   the URL, so that the address of the page opens the same view elsewhere. dashboards/state.py reads what is written. */
(function (twin) {
  const ASKED_OF_SERVER = ["goal", "lens", "zone"];
  const watchers = [];
  let now = null;

  function query(view) {
    const parts = new URLSearchParams();
    if (view.goal) parts.set("goal", view.goal);
    if (view.lens && view.lens !== view.first_lens) parts.set("lens", view.lens);
    if (view.zone) parts.set("zone", view.zone);
    if (view.layers) parts.set("layers", [...view.layers].sort().join(","));
    if (view.only && view.only.length) parts.set("only", [...view.only].sort().join(","));
    if (view.lang && view.lang !== "en") parts.set("lang", view.lang);
    if (view.theme) parts.set("theme", view.theme);
    if (view.at) parts.set("at", view.at.join(","));
    if (view.edit) parts.set("edit", view.edit);
    const text = parts.toString().replaceAll("%2C", ",");
    return text ? "?" + text : "";
  }

  function write() {
    const address = window.location.pathname + query(now);
    window.history.replaceState(window.history.state, "", address);
  }

  twin.view = {
    get now() { return now; },
    query,

    /* First values, from the server; called once by a callback. */
    start(view) {
      if (!view || now) return;
      now = { ...view };
      watchers.forEach((watch) => watch(now, Object.keys(now)));
    },

    /* Values that were left open in the URL, as the server chose them. */
    settle(chosen) { now = { ...now, ...chosen }; },

    /* Change some values: the URL follows, then the page, then what the server must say anew. */
    change(patch) {
      if (!now) return;
      const keys = Object.keys(patch).filter((key) => JSON.stringify(patch[key]) !== JSON.stringify(now[key]));
      if (!keys.length) return;
      now = { ...now, ...patch };
      write();
      watchers.forEach((watch) => watch(now, keys));
      keys.filter((key) => ASKED_OF_SERVER.includes(key)).forEach(twin.view.ask);
    },

    /* Have the server make the panels of one value again. */
    ask(key) { window.dash_clientside.set_props(key, { data: now[key] }); },

    /* Call `watch(view, changedKeys)` at start and after each change. */
    watch(watch) {
      watchers.push(watch);
      if (now) watch(now, Object.keys(now));
    },
  };
})((window.twin = window.twin || {}));
