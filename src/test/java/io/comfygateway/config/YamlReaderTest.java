package io.comfygateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That no file hangs or overflows the thread that reads it. */
class YamlReaderTest {
  private static final int MANY = 100_000;

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "? "})
  void endless_nesting_is_a_fault_of_the_first_line(String level) {
    FileFault fault = only(level.repeat(MANY).getBytes(StandardCharsets.UTF_8));

    assertThat(fault.file()).isEqualTo("destinations.yaml");
    assertThat(fault.line()).isEqualTo(1);
    assertThat(fault.detail()).isEqualTo("This is not YAML: it nests deeper than 200 levels");
  }

  @Test
  void nesting_by_indentation_is_limited_too() {
    String lines =
        IntStream.range(0, 300)
            .mapToObj(level -> " ".repeat(level) + "a:\n")
            .collect(Collectors.joining());

    assertThat(only(lines.getBytes(StandardCharsets.UTF_8)).detail()).contains("200 levels");
  }

  @Test
  void a_file_of_more_than_a_mebibyte_is_not_parsed() {
    assertThat(only(new byte[(1 << 20) + 1]).detail()).isEqualTo("The file is larger than 1 MiB");
  }

  @Test
  void a_very_long_number_is_a_fault_and_a_very_long_text_is_none() {
    String number = "a: " + "9".repeat(1_000_000);
    FileFault fault = only(number.getBytes(StandardCharsets.UTF_8));
    assertThat(fault.field()).isEqualTo("a");
    assertThat(fault.toString()).hasSizeLessThan(300);

    List<FileFault> faults = new ArrayList<>();
    String text = "a: " + "x".repeat(1_000_000);
    Optional<Yaml> read =
        new YamlReader("destinations.yaml", faults).read(text.getBytes(StandardCharsets.UTF_8));
    assertThat(faults).isEmpty();
    assertThat(read.orElseThrow().json().path("a").asText()).hasSize(1_000_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: \"x\\0y\"",
        "\"a\\0b\": 1",
        "a: \"\\ud83d\"",
        "a: [x, \"\\x00\"]",
        "a: !!str \"\\0\""
      })
  void a_character_that_databases_do_not_store_is_a_fault(String yaml) {
    FileFault fault = only(yaml.getBytes(StandardCharsets.UTF_8));

    assertThat(fault.line()).isEqualTo(1);
    assertThat(fault.detail()).containsAnyOf("U+0000", "surrogate");
  }

  @Test
  void the_encoding_is_named_where_it_is_the_problem_and_only_there() {
    byte[] latin = "a: caf\u00e9 au lait".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(only(latin).remedy()).isEqualTo("save it as UTF-8 text");

    String aliases = "a: &a [x]\nb: [" + "*a, ".repeat(60) + "]\n";
    FileFault fault = only(aliases.getBytes(StandardCharsets.UTF_8));
    assertThat(fault.detail()).contains("exceeds the specified max=50");
    assertThat(fault.remedy()).isEqualTo("write it flat, without aliases");
  }

  private static FileFault only(byte[] yaml) {
    List<FileFault> faults = new ArrayList<>();
    assertThat(new YamlReader("destinations.yaml", faults).read(yaml).map(Yaml::path))
        .isIn(Optional.empty(), Optional.of(""));
    assertThat(faults).hasSize(1);
    return faults.get(0);
  }
}
