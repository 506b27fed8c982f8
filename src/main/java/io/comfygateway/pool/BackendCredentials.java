package io.comfygateway.pool;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a ComfyUI, or the proxy in front of it, requires in each request and in each WebSocket
 * handshake. ComfyUI itself has no login; the node packs ComfyUI-Login (a bearer token, or the
 * query parameter {@code token}) and comfyui-basic-auth (HTTP basic authentication) add one.
 *
 * @param headers headers by name
 * @param token the value of the query parameter {@code token}
 */
public record BackendCredentials(Map<String, String> headers, Optional<String> token) {
  /** None at all. */
  public static final BackendCredentials NONE = new BackendCredentials(Map.of(), Optional.empty());

  public BackendCredentials {
    Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    sorted.putAll(headers);
    headers = sorted;
  }

  /** The header value of HTTP basic authentication (RFC 7617). */
  static String basic(String username, String password) {
    byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  /** The names of the credentials, never their values. */
  @Override
  public String toString() {
    return "BackendCredentials[headers=" + headers.keySet() + ", token=" + token.isPresent() + "]";
  }
}
