// <time data-relative-time datetime>: "3 minutes ago"; the title keeps the absolute time.
const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]];
const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function words(then) {
  const seconds = (then - Date.now()) / 1000;
  const unit = UNITS.find(([, length]) => Math.abs(seconds) >= length);
  return unit ? format.format(Math.round(seconds / unit[1]), unit[0]) : "just now";
}

function showAll(root) {
  for (const time of root.querySelectorAll("time[data-relative-time]")) time.textContent = words(Date.parse(time.dateTime));
}

showAll(document);
document.addEventListener("htmx:load", (event) => showAll(event.target));
setInterval(() => showAll(document), 60_000);
