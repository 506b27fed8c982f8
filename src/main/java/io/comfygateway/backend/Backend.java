package io.comfygateway.backend;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A ComfyUI server.
 *
 * @param name what it is called in jobs, logs and metrics
 * @param url its base URL, without a slash at the end
 * @param window how many prompts it is given at a time
 * @param labels what its operator calls it by; workflows can ask for them
 * @param drain whether it is given no more work
 * @param credentials what each request to it carries
 * @param tls how its connections are secured, where Java's own way does not do
 */
public record Backend(
    String name,
    URI url,
    int window,
    Set<String> labels,
    boolean drain,
    Credentials credentials,
    Optional<Tls> tls) {
  private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9._-]+)=(.+)");

  /** A server that wants no credentials and has no labels. */
  public Backend(String name, URI url, int window) {
    this(name, url, window, Set.of(), false, Credentials.NONE, Optional.empty());
  }

  /**
   * Reads a list of servers: {@code [name=]http(s)://host[:port][/path]}, comma separated. Without
   * a name, a server is called by its host and port, so that its name does not depend on the order
   * of the list.
   *
   * @throws IllegalArgumentException where an entry is not such a URL; the message says which and
   *     what to do
   */
  public static List<Backend> parse(String list, int window) {
    List<Backend> backends = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String entry : list.split(",")) {
      if (entry.isBlank()) {
        continue;
      }
      Matcher named = NAMED.matcher(entry.strip());
      boolean hasName = named.matches();
      URI url = address(hasName ? named.group(2).strip() : entry.strip());
      String name =
          hasName ? named.group(1) : url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
      if (!names.add(name)) {
        throw new IllegalArgumentException(
            "two backends are called \"" + name + "\"; give each another name: name=" + url);
      }
      backends.add(new Backend(name, url, window));
    }
    if (backends.isEmpty()) {
      throw new IllegalArgumentException(
          "no backend is named; write at least one URL, such as http://127.0.0.1:8188");
    }
    return List.copyOf(backends);
  }

  int port() {
    return port(url);
  }

  /** The port of a URL, also where the URL leaves it to the scheme. */
  static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : isSecure(url) ? 443 : 80;
  }

  boolean isSecure() {
    return isSecure(url);
  }

  private static boolean isSecure(URI url) {
    return "https".equals(url.getScheme());
  }

  /**
   * Reads the URL of a server.
   *
   * @throws IllegalArgumentException where it is none; the message says what to do
   */
  static URI address(String text) {
    try {
      URI url = URI.create(text.replaceAll("(?<!/)/++$", ""));
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http
          && url.getHost() != null
          && url.getUserInfo() == null
          && url.getQuery() == null
          && url.getFragment() == null) {
        return url;
      }
    } catch (IllegalArgumentException notAUri) {
      // answered below, as everything else that is not a URL of the form
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is not a URL of the form http://host:port; name each ComfyUI server so");
  }
}
