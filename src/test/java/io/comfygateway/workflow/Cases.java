package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;

/** The JSON test data of this package. */
final class Cases {
  private Cases() {}

  static JsonNode read(String file) {
    try (InputStream json = Cases.class.getResourceAsStream("/workflow/" + file)) {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void copy(String file, Path target) throws IOException {
    try (InputStream bytes = Cases.class.getResourceAsStream("/workflow/" + file)) {
      Files.copy(bytes, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** One test for each entry of a file that maps what is shown to what is needed to show it. */
  static Stream<DynamicTest> each(String file, Consumer<JsonNode> test) {
    return read(file).properties().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> test.accept(e.getValue())));
  }

  static Graph graph(JsonNode json) {
    return Graph.parse(json, "/prompt", Graph.Limits.STANDARD);
  }

  /** ComfyUI's own declarations of the nodes that the tests use. */
  static Optional<ObjectInfo> objectInfo() {
    return Optional.of(new ObjectInfo((ObjectNode) read("object-info.json")));
  }

  static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    StreamSupport.stream(list.spliterator(), false).forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
