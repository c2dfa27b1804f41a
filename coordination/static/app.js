/* What the pages gain where a browser runs scripts. Every page works without this file. */
"use strict";

(() => {
  const body = document.body;

  // ---- a button that acts is pressed once ---------------------------------------------------------------------

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-once]")) return;
    const buttons = event.target.querySelectorAll("button:not([type=button])");
    // After the browser has read the form: a disabled button's own value would not be sent.
    setTimeout(() => buttons.forEach((button) => {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
    }));
  });

  function release(place) {
    for (const button of place.querySelectorAll("[data-once] [aria-busy]")) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  }

  addEventListener("pageshow", () => release(document));
  body.addEventListener("htmx:afterRequest", () => release(document));

  // ---- rows that repeat -----------------------------------------------------------------------------------------
  // <div data-formset="prefix"> … <template>a row with __prefix__</template> <button type="button" data-add-row hidden>
  // Without a script the server's spare rows do the same.

  function prepareFormsets(place) {
    for (const button of place.querySelectorAll("[data-formset] [data-add-row][hidden]")) button.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    const formset = button.closest("[data-formset]");
    const total = formset.querySelector(`[name="${formset.dataset.formset}-TOTAL_FORMS"]`);
    const row = formset.querySelector("template").content.cloneNode(true);
    for (const element of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replaceAll("__prefix__", total.value));
      }
    }
    const first = row.querySelector("input:not([type=hidden]), select, textarea");
    button.before(row);
    total.value = Number(total.value) + 1;
    first?.focus();
  });

  prepareFormsets(document);
  body.addEventListener("htmx:load", (event) => prepareFormsets(event.target));

  // ---- menus ----------------------------------------------------------------------------------------------------

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
  }

  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    closeMenus(null);
    open?.querySelector("summary").focus();
  });
})();
