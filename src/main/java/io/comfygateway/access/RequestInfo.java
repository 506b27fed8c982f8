package io.comfygateway.access;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request as it came in over the socket. Credentials are read from here and not from a Camel
 * message, in which query parameters lie beside the headers and could be taken for them.
 *
 * @param method such as {@code GET}
 * @param path without the query, which may hold a signature
 * @param headers by name in any letter case, each with all its values
 * @param peer the other end of the connection: the caller, or a proxy
 */
public record RequestInfo(
    String method, String path, Map<String, List<String>> headers, InetAddress peer) {
  public RequestInfo {
    Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach(
        (name, values) -> copy.computeIfAbsent(name, n -> new ArrayList<>()).addAll(values));
    headers = copy;
  }

  /** The values of a header that are not blank, without spaces at their ends. */
  public List<String> values(String name) {
    return headers.getOrDefault(name, List.of()).stream()
        .map(String::strip)
        .filter(value -> !value.isEmpty())
        .toList();
  }

  /** Whether one of these headers is there. */
  boolean hasAny(Collection<String> names) {
    return names.stream().anyMatch(headers::containsKey);
  }

  /** The value of a header that stands once; empty where it is missing or stands several times. */
  Optional<String> only(String name) {
    List<String> values = values(name);
    return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
  }
}
