package io.comfygateway.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.settings.PropertiesLines.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class PropertiesLinesTest {

  private static List<Entry> entries(String... lines) {
    return PropertiesLines.of(List.of(lines)).entries();
  }

  @Test
  void settings_are_found_in_each_form_that_java_reads() {
    assertThat(entries("# a comment \\", "a=1", "", "b : 2", " c 3", "! d=4", "e"))
        .containsExactly(
            new Entry("a", "1", 2),
            new Entry("b", "2", 4),
            new Entry("c", "3", 5),
            new Entry("e", "", 7));
  }

  @Test
  void a_value_may_go_on_in_the_next_line() {
    assertThat(entries("a=1,\\", "  2", "b=c\\\\", "d=4\\"))
        .containsExactly(
            new Entry("a", "1,2", 1), new Entry("b", "c\\", 3), new Entry("d", "4", 4));
  }

  @Test
  void the_last_of_several_counts() {
    assertThat(PropertiesLines.of(List.of("a=1", "a=2")).find("a"))
        .contains(new Entry("a", "2", 2));
    assertThat(PropertiesLines.of(List.of("a=1")).find("b")).isEmpty();
  }

  @Test
  void the_variable_of_a_value_is_known() {
    assertThat(new Entry("a", "{{env:GATEWAY_A:1}}", 1).variable()).contains("GATEWAY_A");
    assertThat(new Entry("a", "1", 1).variable()).isEmpty();
  }
}
