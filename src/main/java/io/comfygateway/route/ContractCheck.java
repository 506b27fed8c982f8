package io.comfygateway.route;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.config.FileFault;
import io.comfygateway.route.RouteText.Part;
import io.comfygateway.route.RouteText.Value;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.support.ResourceHelper;

/** Whether every operation of an OpenAPI document that routes are bound to has its route. */
final class ContractCheck {
  private final CamelContext context;
  private final Set<String> listeners;

  /**
   * Makes a check.
   *
   * @param listeners what routes begin with
   */
  ContractCheck(CamelContext context, Set<String> listeners) {
    this.context = context;
    this.listeners = listeners;
  }

  List<FileFault> faults(String file, RouteText text) {
    List<FileFault> faults = new ArrayList<>();
    for (Part part : text.parts("openApi")) {
      boolean mocked =
          part.value("missingOperation").filter(it -> "mock".equals(it.text())).isPresent();
      part.value("specification")
          .filter(document -> !mocked && document.text().endsWith(".json"))
          .ifPresent(document -> check(file, document, faults));
    }
    return faults;
  }

  private void check(String file, Value document, List<FileFault> faults) {
    String field = "openApi.specification";
    try (InputStream in =
        ResourceHelper.resolveMandatoryResourceAsInputStream(context, document.text())) {
      JsonNode paths = new ObjectMapper().readTree(in).path("paths");
      for (var path : paths.properties()) {
        for (var operation : path.getValue().properties()) {
          String id = operation.getValue().path("operationId").asText("");
          if (!id.isEmpty() && !listeners.contains("direct:" + id)) {
            String request = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
            faults.add(
                new FileFault(
                    file,
                    document.line(),
                    field,
                    "The operation " + id + " (" + request + ") has no route",
                    "add a route that begins with direct:" + id));
          }
        }
      }
    } catch (IOException e) {
      faults.add(
          new FileFault(
              file,
              document.line(),
              field,
              "The document " + document.text() + " cannot be read (" + e.getMessage() + ")",
              "fix the name or the document"));
    }
  }
}
