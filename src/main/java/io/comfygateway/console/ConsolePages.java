package io.comfygateway.console;

import io.comfygateway.digest.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All files of the console by their URLs' paths. They are the same for every user and contain no
 * data of the gateway, so they need no authentication.
 */
final class ConsolePages {
  private static final String INDEX = "index.html";
  private static final String BASE = "/console/";
  private static final String ASSETS = BASE + "assets/";
  private static final String IMPORT_MAP = "@IMPORT_MAP@";
  private static final String PRELOADS = "@PRELOADS@";

  // A worker has the policy of its script.
  private static final String SCRIPT_POLICY =
      "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          ".js", "text/javascript; charset=utf-8",
          ".css", "text/css; charset=utf-8",
          ".svg", "image/svg+xml",
          ".png", "image/png");

  /** Read once for all gateways of a Java machine. */
  private static final class Shipped {
    private static final ConsolePages PAGES = new ConsolePages();
  }

  private final Map<String, ServedFile> files = new HashMap<>();

  private ConsolePages() {
    Map<String, byte[]> own = new HashMap<>(PageFiles.all());
    byte[] index = own.remove(INDEX);
    if (index == null) {
      throw new IllegalStateException("the console has no " + INDEX);
    }
    add("/", page(new String(index, StandardCharsets.UTF_8)));
    own.forEach((name, bytes) -> add(BASE + name, file(name, bytes, "no-cache")));
    WebJars.files()
        .forEach(
            (name, bytes) ->
                add(ASSETS + name, file(name, bytes, "public, max-age=31536000, immutable")));
  }

  /** Those that come with the gateway. */
  static ConsolePages shipped() {
    return Shipped.PAGES;
  }

  /** The file of a path; empty if there is none. */
  Optional<ServedFile> find(@Nullable String path) {
    return Optional.ofNullable(path).map(files::get);
  }

  private void add(String path, ServedFile file) {
    files.put(path, file);
  }

  private static ServedFile file(String name, byte[] bytes, String cache) {
    String ending = name.substring(Math.max(0, name.lastIndexOf('.')));
    String type = TYPES.get(ending);
    if (type == null) {
      throw new IllegalStateException("the console has a file of an unknown type: " + name);
    }
    Map<String, String> headers = new HashMap<>();
    headers.put("Content-Type", type);
    headers.put("Cache-Control", cache);
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    if (ending.equals(".js")) {
      headers.put("Content-Security-Policy", SCRIPT_POLICY);
    }
    return ServedFile.of(bytes, headers);
  }

  private static ServedFile page(String template) {
    String map = importMap();
    String html = template.replace(IMPORT_MAP, map).replace(PRELOADS, preloads());
    String hash = "'sha256-" + Base64.getEncoder().encodeToString(Sha256.of(map)) + "'";
    Map<String, String> headers = new HashMap<>();
    headers.put("Content-Type", "text/html; charset=utf-8");
    headers.put("Cache-Control", "no-cache");
    headers.put("Content-Security-Policy", policy(hash));
    headers.put("Cross-Origin-Opener-Policy", "same-origin");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put(
        "Permissions-Policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(),"
            + " hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()");
    return ServedFile.of(html.getBytes(StandardCharsets.UTF_8), headers);
  }

  // Scripts of this origin alone, and the import map, which must be part of the page. A script that
  // writes HTML needs one of the two policies of Trusted Types: Lit's, and ours for the worker.
  private static String policy(String importMapHash) {
    return "default-src 'none'; script-src 'self' "
        + importMapHash
        + "; style-src 'self'; img-src 'self' blob:; connect-src 'self'; font-src 'self';"
        + " media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
        + " require-trusted-types-for 'script'; trusted-types lit-html gateway";
  }

  private static String importMap() {
    return WebJars.imports().entrySet().stream()
        .map(entry -> "\"" + entry.getKey() + "\":\"" + ASSETS + entry.getValue() + "\"")
        .collect(Collectors.joining(",", "{\"imports\":{", "}}"));
  }

  private static String preloads() {
    return WebJars.first().stream()
        .map(name -> "<link rel=\"modulepreload\" href=\"" + ASSETS + name + "\">")
        .collect(Collectors.joining("\n    "));
  }
}
