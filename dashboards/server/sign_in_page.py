"""The page that stands alone before a twin that shows nothing without a sign-in."""

from __future__ import annotations

from html import escape

from dashboards.panels.account import account_words
from dashboards.words import words

PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="/assets/icons/favicon.svg">
<link rel="stylesheet" href="/assets/tokens.css">
<script>
(function () {{
  var own = localStorage.getItem("twin-theme");
  var dark = own ? own === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
}})();
</script>
<link rel="stylesheet" href="/assets/base.css">
<link rel="stylesheet" href="/assets/account.css">
</head>
<body class="sign-in-alone">
<main id="account" data-alone="1" data-words="{words}"></main>
<script src="/assets/account.js"></script>
</body>
</html>
"""


def sign_in_page(lang: str) -> str:
    """The page in a language."""
    say = words(lang)
    html_lang = "zh-CN" if say.lang == "zh" else say.lang
    return PAGE.format(lang=html_lang, title=escape(say("account.sign_in")), words=escape(account_words(say)))
