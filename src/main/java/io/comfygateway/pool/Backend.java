package io.comfygateway.pool;

import io.comfygateway.egress.HostAlias;
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
 * @param name its name in jobs, logs and metrics
 * @param url its base URL, without a slash at the end
 * @param window the most prompts that it has at a time
 * @param labels labels of its operator, which workflows can require
 * @param drain whether it gets no new work
 * @param credentials what each request to it carries
 * @param tls how its connections are secured, where that differs from Java's defaults
 */
public record Backend(
    String name,
    URI url,
    int window,
    Set<String> labels,
    boolean drain,
    BackendCredentials credentials,
    Optional<BackendTls> tls) {
  // Compose makes host names with an underscore, for which java.net.URI returns no host.
  private static final Pattern UNDERSCORED =
      Pattern.compile("([A-Za-z0-9._-]{1,253})(?::([1-9][0-9]{0,4}))?");

  private static final int MAX_PORT = 65_535;

  private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9._-]+)=(.+)");

  /** A server without credentials and labels. */
  public Backend(String name, URI url, int window) {
    this(name, url, window, Set.of(), false, BackendCredentials.NONE, Optional.empty());
  }

  /**
   * Reads a list of servers: {@code [name=]http(s)://host[:port][/path]}, comma separated. Without
   * a name, a server is named after its host and port, so that its name does not depend on the
   * order of the list.
   *
   * @throws IllegalArgumentException where an entry is not such a URL; the message names it and
   *     says what to do
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
          hasName ? named.group(1) : host(url) + (givenPort(url) < 0 ? "" : ":" + givenPort(url));
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

  /** The base URL as the routes' HTTP client takes it. */
  public String httpUrl() {
    return HostAlias.of(url.toString());
  }

  String host() {
    return host(url);
  }

  /** The host of a URL, also one with an underscore in it. */
  public static String host(URI url) {
    return url.getHost() == null ? underscored(url).group(1) : url.getHost();
  }

  int port() {
    return port(url);
  }

  private static int givenPort(URI url) {
    if (url.getHost() != null) {
      return url.getPort();
    }
    String port = underscored(url).group(2);
    return port == null ? -1 : Integer.parseInt(port);
  }

  private static Matcher underscored(URI url) {
    Matcher authority = UNDERSCORED.matcher(String.valueOf(url.getRawAuthority()));
    if (!authority.matches()) {
      throw new IllegalArgumentException("the URL has no host");
    }
    return authority;
  }

  private static boolean hasHost(URI url) {
    return url.getHost() != null
        || (url.getRawAuthority() != null
            && UNDERSCORED.matcher(url.getRawAuthority()).matches()
            && givenPort(url) <= MAX_PORT);
  }

  /** The port of a URL, also where the URL leaves it to the scheme. */
  static int port(URI url) {
    int given = givenPort(url);
    return given >= 0 ? given : isSecure(url) ? 443 : 80;
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
    if (text.contains("@")) {
      // The message does not repeat it: it may contain a password.
      throw new IllegalArgumentException(
          "a URL contains a user name or a password (user:password@host); write the URL without them,"
              + " and credentials: {basic: {username: …, password: …}} into config/backends.yaml"
              + " (docs/backends.md)");
    }
    try {
      URI url = URI.create(text.replaceAll("(?<!/)/++$", ""));
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http && hasHost(url) && url.getQuery() == null && url.getFragment() == null) {
        return url;
      }
    } catch (IllegalArgumentException notAUri) {
      // answered below, as everything else that is not a URL of the form
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is not a URL of the form http://host:port; name each ComfyUI server so");
  }
}
