package io.comfygateway.access;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request as it was received. Credentials are read from here and not from a Camel message, whose
 * headers also contain the query parameters.
 *
 * @param method such as {@code GET}
 * @param path without the query, which may contain a signature
 * @param headers by name, ignoring case, each with all its values
 * @param peer the other end of the connection: the caller or a proxy
 * @param client that of ComfyUI's own API; empty for any other request
 */
public record RequestInfo(
    String method,
    String path,
    Map<String, List<String>> headers,
    InetAddress peer,
    Optional<ClientUrl> client) {

  /**
   * The URL of a request to ComfyUI's own API, whose clients send what they can: one valid
   * credential counts, whatever else the request carries.
   *
   * @param secret the key in it
   */
  public record ClientUrl(Optional<String> secret) {
    @Override
    public String toString() {
      return "ClientUrl[]";
    }
  }

  /** A request to the gateway's own API. */
  public RequestInfo(
      String method, String path, Map<String, List<String>> headers, InetAddress peer) {
    this(method, path, headers, peer, Optional.empty());
  }

  public RequestInfo {
    Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach(
        (name, values) -> copy.computeIfAbsent(name, n -> new ArrayList<>()).addAll(values));
    headers = copy;
  }

  /** The non-blank values of a header, stripped. */
  public List<String> values(String name) {
    return headers.getOrDefault(name, List.of()).stream()
        .map(String::strip)
        .filter(value -> !value.isEmpty())
        .toList();
  }

  /** Whether the request has one of these headers. */
  boolean hasAny(Collection<String> names) {
    return names.stream().anyMatch(headers::containsKey);
  }

  /** The value of a header that occurs once; empty if it is missing or occurs several times. */
  Optional<String> only(String name) {
    List<String> values = values(name);
    return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
  }
}
