// /embed/runs/<run>?ticket=…: the panel on a page of its own, for iframes.

import "./troupe-progress.js";

const here = new URL(location.href);
const match = /^(.*)\/embed\/runs\/([^/]+)\/?$/.exec(here.pathname);
const panel = document.createElement("troupe-progress");
panel.setAttribute("src", `${match ? match[1] : ""}/runs/${match ? match[2] : "latest"}`);
const ticket = here.searchParams.get("ticket");
if (ticket) panel.setAttribute("ticket", ticket);
for (const name of ["troupe-progress", "troupe-sample", "troupe-state", "troupe-complete"])
  panel.addEventListener(name, (event) => {
    // Whoever embeds the page may show it too; what is sent is what the ticket shows anyway.
    if (parent !== window) parent.postMessage({ type: name, detail: event.detail }, "*");
  });
document.body.append(panel);
