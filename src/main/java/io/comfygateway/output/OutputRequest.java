package io.comfygateway.output;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The headers of a {@code GET} that decide what is sent of an output.
 *
 * @param range {@code Range}
 * @param ifRange {@code If-Range}
 * @param ifNoneMatch {@code If-None-Match}
 */
public record OutputRequest(
    Optional<String> range, Optional<String> ifRange, Optional<String> ifNoneMatch) {

  /** Reads them from a message's headers, whose names may be written in any case. */
  public static OutputRequest of(Map<String, ?> headers) {
    return new OutputRequest(
        header(headers, "Range"), header(headers, "If-Range"), header(headers, "If-None-Match"));
  }

  private static Optional<String> header(Map<String, ?> headers, String name) {
    for (Map.Entry<String, ?> header : headers.entrySet()) {
      if (header.getKey().equalsIgnoreCase(name) && header.getValue() != null) {
        return Optional.of(value(header.getValue()));
      }
    }
    return Optional.empty();
  }

  // A header that was sent several times is a list (RFC 9110, section 5.3).
  private static String value(Object value) {
    return value instanceof Collection<?> several
        ? several.stream().map(String::valueOf).collect(Collectors.joining(", "))
        : value.toString();
  }
}
