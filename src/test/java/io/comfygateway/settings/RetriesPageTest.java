package io.comfygateway.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of retries in docs/operations.md names the settings of retries, each of them. */
class RetriesPageTest {
  private static final Pattern VARIABLE = Pattern.compile("`(GATEWAY_[A-Z_]+)`");

  @Test
  void the_table_names_every_setting_of_retries_and_no_other() throws IOException {
    String page = Files.readString(Path.of("docs/operations.md"));
    int start = page.indexOf("\n## Retries\n");
    assertThat(start).isPositive();
    List<String> rows =
        page.substring(start, page.indexOf("\n## ", start + 1))
            .lines()
            .filter(line -> line.startsWith("| "))
            .toList();

    Set<String> named =
        VARIABLE
            .matcher(String.join("\n", rows))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(named)
        .isEqualTo(
            RetrySettings.GROUP.settings().stream()
                .map(Setting::variable)
                .collect(Collectors.toCollection(TreeSet::new)));
  }
}
