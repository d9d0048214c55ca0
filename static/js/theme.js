// Sets the chosen theme and the folded sidebar before the first paint; loaded in the head, so not a module.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (localStorage.getItem("sidebar") === "collapsed") root.dataset.sidebar = "collapsed";
  } catch {
    // Storage can be forbidden; the page then follows the system.
  }
})();
