package io.comfygateway.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What the field {@code headers} of a destination may hold. */
final class HeaderFields {
  /** What a header's name is made of: RFC 9110, section 5.6.2. */
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /** Headers of one connection (RFC 9110, section 7.6.1), and those that the client sets itself. */
  private static final Set<String> OF_THE_CLIENT =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private HeaderFields() {}

  /**
   * Notes the headers that a destination cannot send.
   *
   * @param settings the fields with their references replaced
   */
  static void check(Yaml yaml, ObjectNode settings, YamlFields fields) {
    yaml.child("headers")
        .filter(headers -> fields.mapping(headers, headers.children().keySet()))
        .ifPresent(
            headers ->
                headers
                    .children()
                    .forEach(
                        (name, at) -> one(name, settings.path("headers").path(name), at, fields)));
  }

  private static void one(String name, JsonNode value, Yaml at, YamlFields fields) {
    if (!NAME.matcher(name).matches()) {
      fields.fault(at, "This is not a name for a header", "use up to 100 letters, digits, - and _");
    } else if (OF_THE_CLIENT.contains(name.toLowerCase(Locale.ROOT))) {
      fields.fault(at, "The gateway sets the header " + name + " itself", "remove it");
    } else if (!value.isValueNode() || value.isNull()) {
      fields.fault(at, "The value of a header must be a text", "write it in quotes");
    } else if (CONTROL.matcher(value.asText()).find()) {
      // Without the value: it may be a secret.
      fields.fault(at, "The header has a line break or another control character", "remove it");
    }
  }
}
