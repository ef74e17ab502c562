/* Ties between Dash's components and the page's own scripts: each is a callback that needs no server. */
(function (twin) {
  const dash = (window.dash_clientside = window.dash_clientside || {});
  const same = () => dash.no_update;

  function wantedTheme() {
    const asked = new URLSearchParams(window.location.search).get("theme");
    const own = window.localStorage.getItem("twin-theme");
    const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    return [asked, own, system].find((name) => name === "light" || name === "dark");
  }

  twin.wantedTheme = wantedTheme;

  dash.ties = {
    theme: wantedTheme,
    start(view) {
      if (!view) return same();
      document.documentElement.lang = view.lang === "zh" ? "zh-CN" : "en";
      twin.view.start(view);
      twin.map.begin();
      twin.connection.pulse();
      twin.follow.listen(view);
      return same();
    },
    facts(facts) {
      if (facts) twin.map.start(facts);
      return same();
    },
    goal(goal) {
      if (goal) twin.view.change({ goal, only: [] });
      return same();
    },
    lens(lens) {
      if (lens) twin.view.change({ lens, only: [] });
      return same();
    },
    search(code) {
      if (!code) return same();
      twin.view.change({ zone: code });
      document.activeElement.blur();
      return null;
    },
    legend() {
      requestAnimationFrame(() => twin.legend.renew());
      return same();
    },
  };
})((window.twin = window.twin || {}));
