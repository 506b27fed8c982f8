package io.comfygateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The texts of the console are whole in every language. */
class ConsoleTextsTest {
  private static final Path CONSOLE = Path.of("src/main/resources/console");
  private static final Pattern TEXT = Pattern.compile("(?m)^ +'([^']+)':");
  private static final Pattern USE = Pattern.compile("\\bt\\('([^']+)'");
  private static final Pattern PAGE = Pattern.compile("(?m)^  (\\w+): \\{load:");

  private static Set<String> found(Pattern pattern, Path file) throws IOException {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(CONSOLE)) {
      return files.filter(file -> file.toString().matches(".*\\.(js|html)")).toList();
    }
  }

  @Test
  void every_language_has_the_same_texts() throws IOException {
    Set<String> english = found(TEXT, CONSOLE.resolve("lang/en.js"));

    assertThat(english).hasSizeGreaterThan(100);
    assertThat(found(TEXT, CONSOLE.resolve("lang/de.js"))).isEqualTo(english);
  }

  @Test
  void every_text_that_is_used_is_there() throws IOException {
    Set<String> used = new TreeSet<>();
    for (Path source : sources()) {
      used.addAll(found(USE, source));
    }
    found(PAGE, CONSOLE.resolve("app.js")).forEach(page -> used.add("shell." + page));

    assertThat(used).hasSizeGreaterThan(100).contains("shell.jobs");
    assertThat(found(TEXT, CONSOLE.resolve("lang/en.js"))).containsAll(used);
  }
}
