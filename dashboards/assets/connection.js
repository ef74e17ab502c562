/* The connection: notices that the server or its store is gone, says so, and tries again until it answers. */
(function (twin) {
  const PAUSE_S = 8;
  const PULSE_S = 20;
  const ask = window.fetch.bind(window);
  let gone = false;
  let left = 0;
  let clock = null;
  let run = null;

  function bar() { return document.getElementById("offline"); }

  function draw() {
    const box = bar();
    if (!box) return;
    box.hidden = !gone;
    const said = box.querySelector("[data-said]");
    if (said) said.textContent = said.dataset.words.replace("{seconds}", left);
  }

  function tick() {
    left -= 1;
    if (left <= 0) {
      left = PAUSE_S;
      pulse();
    }
    draw();
  }

  function lost() {
    if (gone) return;
    gone = true;
    left = PAUSE_S;
    clock = setInterval(tick, 1000);
    draw();
  }

  function found(state) {
    if (run !== null && state.run !== run && !(twin.follow && twin.follow.isOpen)) {
      const news = document.getElementById("news");
      if (news) news.hidden = false;
    }
    run = state.run;
    if (!gone) return;
    gone = false;
    clearInterval(clock);
    draw();
    ["goal", "zone"].forEach(twin.view.ask);
    twin.map.refresh();
  }

  /* Ask the server whether it and its store answer. */
  function pulse() {
    return ask("/healthz", { cache: "no-store" })
      .then((answer) => (answer.ok ? answer.json().then(found) : lost()), lost);
  }

  function watched(...request) {
    return ask(...request).then((answer) => {
      if (answer.status === 503) lost();
      return answer;
    }, (error) => {
      if (error.name !== "AbortError") lost();
      throw error;
    });
  }

  window.fetch = watched;
  twin.acts = Object.assign(twin.acts || {}, { "try-now": pulse });
  twin.connection = { lost, pulse, follow(newest) { run = newest; } };
  window.addEventListener("offline", lost);
  window.addEventListener("online", pulse);
  setInterval(() => { if (!gone && !document.hidden) pulse(); }, PULSE_S * 1000);
})((window.twin = window.twin || {}));
