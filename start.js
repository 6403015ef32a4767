// Starts the page. It stands in a file of its own because the content security policy allows no script inside the
// page; trunk writes the names of what it built into two attributes (pattern_script in Trunk.toml).

// Trusted Types: the views' own markup and the pictures are HTML without anything that could run; all other text
// reaches the page as text. A script, also a worker's, comes from where the page came from.
const TAG =
  /<(?:!(?:--[^<>]*--)?|\/?(?!(?:script|iframe|object|embed|base|meta|link|form|style)\b)[a-z][\w-]*(?:\s+(?!on)[a-z][\w:-]*(?:="[^"<]*")?)*\s*\/?)>/gi;
globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (html) => {
    if (html.replace(TAG, "").includes("<")) throw new TypeError("This markup could run something.");
    return html;
  },
  createScriptURL: (url) => {
    if (new URL(url, document.baseURI).origin !== location.origin) throw new TypeError("A script from elsewhere.");
    return url;
  },
});

const { js, wasm } = document.querySelector("script[data-js]").dataset;
const { default: init } = await import(new URL(js, document.baseURI));
await init({ module_or_path: new URL(wasm, document.baseURI) });

// Keeps the page for use without a network. Browsers allow that over HTTPS and on this machine only.
const { serviceWorker } = navigator;
if (serviceWorker) {
  const announce = () => serviceWorker.controller && dispatchEvent(new Event("newer-version"));
  try {
    const registration = await serviceWorker.register("service-worker.js");
    const watch = (newer) => newer?.addEventListener("statechange", () => newer.state === "installed" && announce());
    if (registration.waiting) announce();
    watch(registration.installing);
    registration.addEventListener("updatefound", () => watch(registration.installing));
    addEventListener("take-newer-version", () => {
      serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      registration.waiting?.postMessage("take over");
    });
  } catch (error) {
    console.info("The page works, but not without a network:", error.message);
  }
}
