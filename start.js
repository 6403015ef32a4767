// Starts the page. A file of its own, because the content security policy allows no script inside the page.
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
const { default: init } = await import(js);
await init({ module_or_path: wasm });
