// Loads every behaviour; each hangs on data- attributes and looks up the page when an event arrives.
import "./theme-switch.js";
import "./menu.js";
import "./dialogs.js";
import "./keys.js";
import "./toast.js";
import "./dropzone.js";
import "./relative-time.js";
import "./select-rows.js";
import "./copy.js";
import "./auto-submit.js";
