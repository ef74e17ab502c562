/* Who is signed in: the dialog behind the account button, or the sign-in page alone.
   Others read `twin.account.now` ({name, role, csrf, can_edit}), listen for `twin-account` on the document,
   and send changes by `twin.account.send(url, method, content)`. */
(function (twin) {
  const NOBODY = { name: null, role: null, csrf: null, can_edit: false };
  const ask = window.fetch.bind(window);
  let now = NOBODY;

  function place() { return document.getElementById("account"); }
  function words() { return JSON.parse(place().dataset.words); }
  function isAlone() { return Boolean(place() && place().dataset.alone); }

  function made(name, properties = {}, children = []) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }

  /* Names are written by attributes and text only, so none is ever read as markup. */
  function draw() {
    document.documentElement.toggleAttribute("data-can-edit", now.can_edit);
    if (!place() || isAlone()) return;
    const say = words();
    document.querySelectorAll(".account-button").forEach((button) => {
      const label = now.name ? say.signed_in.replace("{name}", now.name) : say.sign_in;
      button.setAttribute("aria-label", label);
      button.title = label;
      button.dataset.name = now.name || "";
    });
  }

  function know(account) {
    now = account;
    twin.account.now = now;
    draw();
    document.dispatchEvent(new CustomEvent("twin-account", { detail: now }));
  }

  function post(url, method, content) {
    const headers = { "Content-Type": "application/json" };
    if (now.csrf) headers["X-CSRF-Token"] = now.csrf;
    return window.fetch(url, { method, headers, body: JSON.stringify(content || {}), cache: "no-store" });
  }

  function field(name, label, more) {
    const input = made("input", { name, required: true, id: `account-${name}`, ...more });
    return made("label", { className: "account-field", htmlFor: input.id }, [made("span", { textContent: label }), input]);
  }

  function form(say, done) {
    const error = made("p", { className: "account-error", id: "account-error" });
    error.setAttribute("role", "alert");
    const button = made("button", { type: "submit", className: "button account-go", textContent: say.sign_in });
    const name = field("name", say.name, { autocomplete: "username", autocapitalize: "none", spellcheck: false });
    const password = field("password", say.password, { type: "password", autocomplete: "current-password" });
    const whole = made("form", { className: "account-form" }, [
      made("h2", { textContent: say.sign_in }), name, password, error, button,
    ]);
    whole.addEventListener("submit", (event) => {
      event.preventDefault();
      const secret = whole.elements.password;
      button.disabled = true;
      error.textContent = "";
      post("/sign-in", "POST", { name: whole.elements.name.value, password: secret.value })
        .then((answer) => (answer.ok ? answer.json().then(done) : refuse(answer.status === 401 ? say.refused : say.failed)))
        .catch(() => refuse(say.failed))
        .finally(() => { button.disabled = false; });

      function refuse(text) {
        error.textContent = text;
        secret.setAttribute("aria-describedby", error.id);
        secret.setAttribute("aria-invalid", "true");
        secret.select();
      }
    });
    return whole;
  }

  function facts(say) {
    const out = made("button", { type: "button", className: "button", textContent: say.sign_out });
    out.addEventListener("click", () => post("/sign-out", "POST").then(() => window.location.reload()));
    return made("div", { className: "account-form" }, [
      made("h2", { textContent: now.name }), made("p", { textContent: say[`role_${now.role}`] }), out,
    ]);
  }

  function open() {
    if (!place() || isAlone() || place().querySelector("dialog[open]")) return;
    const say = words();
    const close = made("button", { type: "button", className: "icon-button account-close", title: say.close }, [
      made("span", { className: "icon icon-close" }),
    ]);
    close.setAttribute("aria-label", say.close);
    const content = now.name ? facts(say) : form(say, (account) => { dialog.close(); know(account); });
    const dialog = made("dialog", { className: "account-dialog" }, [close, content]);
    dialog.setAttribute("aria-label", now.name || say.sign_in);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    place().replaceChildren(dialog);
    dialog.showModal();
    const first = dialog.querySelector("input");
    if (first) first.focus();
  }

  /* Only a place on this server: the address may have been written by somebody else. */
  function wanted() {
    const to = new URL(new URLSearchParams(window.location.search).get("to") || "/", window.location.origin);
    return to.origin === window.location.origin ? to.pathname + to.search + to.hash : "/";
  }

  function alone() {
    place().append(form(words(), () => window.location.replace(new URL(wanted(), window.location.origin))));
    place().querySelector("input").focus();
  }

  function ended() {
    if (!now.name) return;
    know(NOBODY);
    open();
  }

  window.fetch = (...request) => ask(...request).then((answer) => {
    if (answer.status === 401 && !new URL(answer.url).pathname.startsWith("/sign-in")) ended();
    return answer;
  });

  twin.account = { now, send: post };
  twin.acts = Object.assign(twin.acts || {}, { account: open });

  if (isAlone()) {
    alone();
    return;
  }
  ask("/me", { cache: "no-store" }).then((answer) => (answer.ok ? answer.json().then(know) : null), () => null);
  new MutationObserver(() => {
    const waiting = document.querySelector(".account-button:not([data-name])");
    if (waiting && place()) draw();
  }).observe(document.documentElement, { childList: true, subtree: true });
})((window.twin = window.twin || {}));
