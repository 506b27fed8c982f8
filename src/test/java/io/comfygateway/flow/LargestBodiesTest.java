package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bodies of nearly the largest size, each of another kind, one after the other, in the heap that is
 * shipped. A process that kept them several times would end with an OutOfMemoryError.
 */
@Tag("slow")
class LargestBodiesTest {
  private static final int MIB = 1024 * 1024;
  private static final int LARGEST = 49 * MIB;
  private static final int LONGEST_TEXT = 31 * MIB;
  private static final String NODE =
      "{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":\"%s\"}}";

  @TempDir Path place;

  @Test
  void a_body_of_the_largest_size_is_answered_and_the_gateway_goes_on() {
    Map<String, String> bodies =
        Map.of(
            "blanks", "{" + " ".repeat(LARGEST) + "}",
            "one text", inputs("\"" + "x".repeat(LONGEST_TEXT) + "\""),
            "letters of three bytes", inputs("\"" + "€".repeat(LONGEST_TEXT / 2) + "\""),
            "escaped letters", inputs("\"" + "\\u20ac".repeat(LARGEST / 6 - MIB) + "\""),
            "small objects", inputs("[" + "{},".repeat(LARGEST / 3 - MIB) + "{}]"),
            "as many values as are taken", inputs("[" + "{},".repeat(149_000) + "{}]"),
            "one number", inputs("9".repeat(LARGEST - MIB)),
            "a node with one text", graph(1, LONGEST_TEXT),
            "many nodes with large texts", graph(48, MIB - 1_000));
    try (Comfy comfy = Comfy.start();
        GatewayProcess gateway = GatewayProcess.in(place, comfy.url(), Map.of())) {
      gateway.withShippedHeap().start();

      bodies.forEach(
          (name, body) -> {
            String path = body.startsWith("{\"prompt\"") ? "/webhook" : "/webhook/smoke";
            assertThat(gateway.post(path, body).status()).as(name).isIn(202, 400, 413, 422);
          });

      String id = gateway.post("/webhook/smoke", "{}").id();
      gateway.await(id, job -> "succeeded".equals(job.path("status").asText()));
    }
  }

  private static String inputs(String value) {
    return "{\"inputs\":{\"a\":" + value + "}}";
  }

  private static String graph(int nodes, int text) {
    return IntStream.range(0, nodes)
        .mapToObj(n -> "\"" + n + "\":" + NODE.formatted("x".repeat(text)))
        .collect(Collectors.joining(",", "{\"prompt\":{", "}}"));
  }
}
