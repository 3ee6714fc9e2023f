// Runs before the first frame, so that no reader sees a flash of the wrong theme. A file of its own: the page's policy forbids inline script.
(function () {
  var root = document.documentElement;
  var stored = function (name) {
    try {
      return localStorage.getItem("cryptoinsight." + name);
    } catch (error) {
      return null;
    }
  };
  var theme = stored("theme");
  if (theme !== "light" && theme !== "dark") theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  var language = stored("language");
  if (language !== "ko" && language !== "en") language = /^ko\b/i.test(navigator.language) ? "ko" : "en";
  root.dataset.theme = theme;
  root.lang = language;
})();
