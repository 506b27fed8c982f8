package io.comfygateway.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** The table of what is shipped in {@code docs/routes.md}, against the class path. */
class ComponentsDocumentTest {
  private static final Map<String, String> ROWS =
      Map.of("component", "components", "language", "languages", "dataformat", "data formats");
  // On the class path of tests alone.
  private static final Map<String, List<String>> OF_TESTS =
      Map.of(
          "component",
          List.of(
              "browse",
              "controlbus",
              "dataformat",
              "dataset",
              "dataset-test",
              "imap",
              "imaps",
              "kafka",
              "language",
              "mock",
              "pop3",
              "pop3s",
              "ref",
              "saga",
              "smtp",
              "smtps",
              "stub",
              "validator",
              "xpath",
              "xslt"),
          "language",
          List.of("xpath"),
          "dataformat",
          List.of("mimeMultipart"));

  @Test
  void the_table_names_what_the_gateway_has() throws IOException {
    String page = Files.readString(Path.of("docs/routes.md"));
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      ROWS.forEach(
          (kind, row) ->
              assertThat(documented(page, row))
                  .as(row)
                  .containsExactlyElementsOf(
                      CamelParts.shipped().names(kind).stream()
                          .filter(
                              name ->
                                  !OF_TESTS.get(kind).contains(name)
                                      && isThere(context, kind, name))
                          .toList()));
    }
  }

  private static List<String> documented(String page, String row) {
    String line =
        page.lines().filter(it -> it.startsWith("| " + row + " |")).findFirst().orElseThrow();
    return Pattern.compile("`([^`]+)`")
        .matcher(line)
        .results()
        .map((MatchResult result) -> result.group(1))
        .toList();
  }

  private static boolean isThere(DefaultCamelContext context, String kind, String name) {
    String path = "META-INF/services/org/apache/camel/" + kind + "/" + name;
    return context.getClassResolver().loadResourceAsURL(path) != null;
  }
}
