// [data-toasts]: good news goes by itself, bad news stays until closed. htmx answers may send HX-Trigger {"toast": {"level", "text"}}.
const SECONDS_SHOWN = 6;

function dismissLater(toast) {
  if (["error", "warning"].includes(toast.dataset.level)) return;
  const timer = setTimeout(() => toast.remove(), SECONDS_SHOWN * 1000);
  toast.addEventListener("pointerenter", () => clearTimeout(timer), { once: true });
}

function add({ level = "info", text }) {
  const toast = document.createElement("div");
  toast.className = "message";
  toast.dataset.level = level;
  toast.dataset.toast = "";
  const words = document.createElement("p");
  words.className = "message__text";
  words.textContent = text;
  const close = document.createElement("button");
  close.className = "message__close";
  close.type = "button";
  close.dataset.toastClose = "";
  close.ariaLabel = "Close";
  close.textContent = "×";
  toast.append(words, close);
  document.querySelector("[data-toasts]").append(toast);
  dismissLater(toast);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});

document.addEventListener("toast", (event) => add(event.detail));

// A request that got no usable answer must not look like one that did nothing.
document.addEventListener("htmx:sendError", () => add({ level: "error", text: "The server did not answer. Check the connection, then try again." }));
document.addEventListener("htmx:responseError", (event) => add({ level: "error", text: `The server answered ${event.detail.xhr.status}. Reload the page, then try again.` }));

document.querySelectorAll("[data-toast]").forEach(dismissLater);
