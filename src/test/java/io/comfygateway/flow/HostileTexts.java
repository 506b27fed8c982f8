package io.comfygateway.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.sessions.JqwikSession;

/**
 * What nobody in his right mind sends, made by rules from a fixed seed, so that it is the same each
 * time.
 */
final class HostileTexts {
  /** Lines at which a request cannot begin, or that lead out of what is served. */
  static final List<String> REQUEST_LINES =
      List.of(
          "GET /docs/../../etc/passwd HTTP/1.1",
          "GET //etc/passwd HTTP/1.1",
          "GET /docs/%2e%2e/%2e%2e/pom.xml HTTP/1.1",
          "GET /docs/..%5c..%5cpom.xml HTTP/1.1",
          "GET http://127.0.0.1:1/ HTTP/1.1",
          "CONNECT 127.0.0.1:22 HTTP/1.1",
          "TRACE / HTTP/1.1",
          "FOO /jobs HTTP/1.1",
          "GET /%zz HTTP/1.1",
          "GET /\u0000 HTTP/1.1",
          "GET jobs HTTP/1.1",
          "GET / HTTP/9.9",
          "\u0016\u0003\u0001\u0002",
          "GET /" + "a".repeat(20_000) + " HTTP/1.1");

  private static final long SEED = 20261124;
  private static final int SIZE = 1_000;

  private HostileTexts() {}

  /** Any letters there are, also such as cannot be seen, turn the direction, or end a text in C. */
  static List<String> letters(int count) {
    return some(
        Arbitraries.strings()
            .ofMinLength(1)
            .ofMaxLength(40)
            .withCharRange('\u0000', '\ud7ff')
            .withCharRange('\ue000', '\uffff'),
        count);
  }

  /** Ways out of a folder, a query, a command, a template or a log line, one behind another. */
  static List<String> escapes(int count) {
    Arbitrary<String> one =
        Arbitraries.of(
            "../",
            "..\\",
            "/etc/passwd",
            "%00",
            "%2e%2e%2f",
            "' OR '1'='1",
            "\"; DROP TABLE job;--",
            "${jndi:ldap://x/a}",
            "{{env:HOME}}",
            "${header.X}",
            "$(id)",
            "`id`",
            "|id",
            "\r\nX: y",
            "<script>",
            "%s%n",
            "\u202e",
            "\u0000",
            "AUX",
            "file:///",
            "a".repeat(300));
    return some(one.list().ofMinSize(1).ofMaxSize(4).map(parts -> String.join("", parts)), count);
  }

  /** Text that is nearly JSON: a request of which a letter was changed, dropped or doubled. */
  static List<String> nearly(String json, int count) {
    Arbitrary<Integer> place = Arbitraries.integers().between(0, json.length() - 1);
    Arbitrary<String> other =
        Arbitraries.of(
            "", "{", "}", "[", "]", "\"", ",", ":", "\\", "-", "1e9", "null", "\u0001", "\ud83d");
    return some(
        place.flatMap(
            at -> other.map(with -> json.substring(0, at) + with + json.substring(at + 1))),
        count);
  }

  /** Values of every kind that JSON has, within one another. */
  static List<String> values(int count) {
    Arbitrary<String> plain =
        Arbitraries.of(
            "null",
            "true",
            "-0",
            "1e308",
            "-1",
            "9223372036854775808",
            "0.1",
            "\"\"",
            "\"\\u202e\"",
            "\"../\"",
            "\"http://127.0.0.1/\"",
            "\"data:,\"",
            "\"form-file:x\"",
            "[]",
            "{}",
            "[\"1\",0]",
            "[null]",
            "{\"\":{}}",
            "{\"__proto__\":1}",
            "\"" + "x".repeat(5_000) + "\"");
    Arbitrary<String> within =
        Arbitraries.recursive(
            () -> plain,
            inner ->
                inner
                    .list()
                    .ofMaxSize(3)
                    .map(values -> "[" + String.join(",", values) + "]")
                    .flatMap(list -> Arbitraries.of(list, "{\"inputs\":" + list + "}")),
            0,
            3);
    return some(within, count);
  }

  private static <T> List<T> some(Arbitrary<T> made, int count) {
    List<T> all = new ArrayList<>();
    JqwikSession.run(
        () -> {
          RandomGenerator<T> generator = made.generator(SIZE);
          Random random = new Random(SEED);
          for (int i = 0; i < count; i++) {
            all.add(generator.next(random).value());
          }
        });
    return all;
  }
}
