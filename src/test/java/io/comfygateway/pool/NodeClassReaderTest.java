package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeClassReaderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LOADER =
      "{\"input\":{\"required\":{\"model\":[[\"a\",\"b\"],{\"tooltip\":\"t\"}],\"odd\":3}},\"output\":[\"MODEL\"]}";
  private final NodeClassReader reader = new NodeClassReader(JSON);

  private ObjectNode read(String answer) throws IOException {
    return reader.read(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void an_answer_is_read_as_it_is() throws IOException {
    String answer = "{\"A\":" + LOADER + ",\"B\":{},\"C\":[1]}";

    assertThat(read(answer)).isEqualTo(JSON.readTree(answer));
  }

  @Test
  void what_servers_say_alike_is_kept_once() throws IOException {
    ObjectNode one = read("{\"A\":" + LOADER + ",\"B\":{}}");
    ObjectNode two = read("{\"B\":{\"output\":[]},\"A\":" + LOADER + "}");

    assertThat(two.get("A")).isSameAs(one.get("A"));
    assertThat(two.get("B")).isNotEqualTo(one.get("B"));
  }

  @Test
  void what_classes_declare_alike_is_kept_once() throws IOException {
    ObjectNode classes = read("{\"A\":" + LOADER + ",\"B\":" + LOADER + "}");

    assertThat(model(classes.get("B"))).isSameAs(model(classes.get("A")));
  }

  private static JsonNode model(JsonNode loader) {
    return loader.path("input").path("required").path("model");
  }

  @Test
  void classes_that_no_server_has_any_more_are_let_go() throws IOException {
    ObjectNode before = read("{\"A\":" + LOADER + "}");
    reader.keep(Set.of("B"));

    assertThat(read("{\"A\":" + LOADER + "}").get("A")).isNotSameAs(before.get("A"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[1]", "null", "\"text\"", ""})
  void an_answer_without_a_class_is_refused(String answer) {
    assertThatThrownBy(() -> read(answer))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("names no node class");
  }

  @Test
  void one_that_breaks_off_is_refused() {
    assertThatThrownBy(() -> read("{\"A\":" + LOADER + ",\"B\":{\"in"))
        .isInstanceOf(IOException.class);
  }
}
