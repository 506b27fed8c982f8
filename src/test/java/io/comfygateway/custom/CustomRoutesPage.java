package io.comfygateway.custom;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/** What docs/routes.md says of the routes that are called when a job has run. */
final class CustomRoutesPage {
  private static final Path PAGE = Path.of("docs/routes.md");
  private static final Pattern WORD = Pattern.compile("`([A-Za-z0-9_]+)`");
  private static final int PROPERTIES = 4;
  private static final int CHANGED = 5;

  private CustomRoutesPage() {}

  /** The properties that a route sees, by the table. */
  static Set<String> properties(String route) throws IOException {
    return words(row(route)[PROPERTIES]);
  }

  /** The fields and properties that a route may change, by the table. */
  static Set<String> changed(String route) throws IOException {
    return words(row(route)[CHANGED]);
  }

  private static String[] row(String route) throws IOException {
    return Files.readAllLines(PAGE).stream()
        .filter(line -> line.startsWith("| `direct:" + route + "` |"))
        .map(line -> line.split("\\|", -1))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no row of " + route));
  }

  /** The fields of {@code output}, by the sentence below the table. */
  static Set<String> fieldsOfOutput() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf("`output` is JSON: ") + "`output` is JSON: ".length();
    return words(page.substring(begin, page.indexOf('.', begin)));
  }

  private static Set<String> words(String text) {
    return WORD.matcher(text)
        .results()
        .map(word -> word.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The properties that an exchange has, without Camel's own. */
  static Set<String> propertiesOf(Exchange exchange) {
    return exchange.getProperties().keySet().stream()
        .filter(name -> !name.startsWith("Camel"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
