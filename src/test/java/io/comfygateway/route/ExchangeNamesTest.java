package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExchangeNamesTest {
  @Test
  void every_property_of_the_list_is_set_or_read_by_a_class() throws IOException {
    List<String> sources = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
        sources.add(Files.readString(file));
      }
    }

    assertThat(ExchangeNames.shipped().properties())
        .isNotEmpty()
        .allMatch(name -> sources.stream().anyMatch(text -> text.contains('"' + name + '"')));
  }
}
