// The console works without this file. It guards against leaving with a half-written answer.
"use strict";

let written = false;
document.addEventListener("input", (event) => { if (event.target.matches("textarea")) written = true; });
document.addEventListener("submit", () => { written = false; });
window.addEventListener("beforeunload", (event) => { if (written) event.preventDefault(); });
