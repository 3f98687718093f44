// Keys: "/" goes to the search box, "g" then h, l, b, f, r or j to a page. All of it can be done without.
(() => {
  const pages = { h: "/", l: "/lots", b: "/balance", f: "/flows", r: "/recall", j: "/log" };
  let waiting = 0;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea")) return;
    const now = Date.now();
    if (event.key === "/") {
      event.preventDefault();
      document.getElementById("q")?.focus();
    } else if (event.key === "g") {
      waiting = now;
    } else if (now - waiting < 1000 && pages[event.key]) {
      location.href = pages[event.key];
    }
  });
})();
