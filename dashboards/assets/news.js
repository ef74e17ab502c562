/* What the server tells. A browser keeps only six connections to a server, so of its pages one listens and tells the
   others; when it is closed the next one does. Where pages cannot agree on one (plain http to another machine has no
   locks), each listens for as long as it is seen: the server begins with the state, so nothing is missed. */
(function (twin) {
  const AGAIN_MS = 15000;
  const KINDS = ["run", "layers"];

  function stream(lang, heard, opened, ended) {
    const source = new EventSource(`/events?lang=${lang}`);
    KINDS.forEach((kind) => source.addEventListener(kind, (event) => heard(kind, JSON.parse(event.data))));
    source.onopen = () => opened(true);
    source.onerror = () => {
      opened(false);
      if (source.readyState === EventSource.CLOSED) ended();
    };
    return source;
  }

  function together(lang, heard, opened) {
    const name = `twin-news-${lang}`;
    const me = String(Math.random());
    const others = new BroadcastChannel(name);
    let state = null;

    function say(kind, content, to) { others.postMessage({ kind, content, to }); }

    function answer(to) {
      if (!state) return;
      say("opened", state.opened, to);
      if (state.run) say("run", state.run, to);
      say("layers", { layers: state.layers }, to);
    }

    others.onmessage = ({ data: { kind, content, to } }) => {
      if (to && to !== me) return;
      if (kind === "hello") answer(content);
      else if (kind === "opened") opened(content);
      else heard(kind, content);
    };

    function note(kind, content) {
      if (kind === "run") state.run = content;
      else Object.assign(state.layers, content.layers);
      heard(kind, content);
      say(kind, content);
    }

    function lead() {
      state = { opened: false, run: null, layers: {} };
      return new Promise((end) => {
        stream(lang, note, (is) => {
          state.opened = is;
          opened(is);
          say("opened", is);
        }, end);
      }).then(() => {
        state = null;
        setTimeout(ask, AGAIN_MS);
      });
    }

    function ask() { navigator.locks.request(name, lead); }

    ask();
    say("hello", me);
  }

  function alone(lang, heard, opened) {
    let source = null;
    const drop = () => { source = null; };
    function look() {
      if (document.hidden && source) {
        source.close();
        drop();
      }
      if (!document.hidden && !source) source = stream(lang, heard, opened, drop);
    }
    document.addEventListener("visibilitychange", look);
    look();
  }

  /* heard(kind, content) for all that the server tells; opened(is) whenever it begins or ends to be heard. */
  twin.news = (lang, heard, opened) => (navigator.locks && window.BroadcastChannel ? together : alone)(lang, heard, opened);
})((window.twin = window.twin || {}));
