package io.comfygateway.route;

import org.apache.camel.CamelContext;

/** Makes the routes of the templates that a file defines. */
public interface TemplateRoutes {
  /** Adds the routes of a template to the context. */
  void add(CamelContext context, String template) throws Exception;
}
