package io.comfygateway.demo;

/** Requests as commands for a shell. */
final class Curl {
  private Curl() {}

  /** A POST of JSON, with options such as {@code -o file}. */
  static String post(String url, String key, String json, String... options) {
    return "curl -s"
        + joined(options)
        + " '"
        + url
        + "' \\\n  -H 'X-API-Key: "
        + key
        + "' -H 'Content-Type: application/json' \\\n  -d '"
        + json.replace("'", "'\\''")
        + "'";
  }

  static String get(String url, String key) {
    return "curl -s '" + url + "' -H 'X-API-Key: " + key + "'";
  }

  private static String joined(String... options) {
    return options.length == 0 ? "" : " " + String.join(" ", options);
  }
}
