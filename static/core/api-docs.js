// Starts Swagger UI on the API's page; nothing inline, so that the page keeps the strict policy.
const place = document.querySelector("[data-api-docs]");

globalThis.SwaggerUIBundle?.({
  url: place.dataset.apiDocs,
  domNode: place,
  presets: [globalThis.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: false,
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
});
