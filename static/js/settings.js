// Small choices remembered in this browser.
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage can be forbidden; the choice then lasts until the next page.
  }
}
