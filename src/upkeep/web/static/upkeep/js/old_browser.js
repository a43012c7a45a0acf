/* Only browsers without JavaScript modules run this file (script nomodule): it leads them to the page that says what to install. */
(function () {
  var page = document.currentScript ? document.currentScript.getAttribute("data-page") : "/old-browser/";
  if (location.pathname !== page) { location.replace(page); }
})();
