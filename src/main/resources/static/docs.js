"use strict";

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  // The key that is typed in stays in this page and is gone when it is closed.
  persistAuthorization: false,
  // By default the document would be sent to a validator on the internet.
  validatorUrl: null,
});
