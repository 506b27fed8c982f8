package io.comfygateway.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** JSON test data: the recorded exchanges with a real ComfyUI, and tables of cases. */
public final class Recordings {
  private Recordings() {}

  /** The recorded body of an answer. */
  public static JsonNode body(String exchangeName) {
    for (JsonNode exchange : json("/comfyui/http.json").path("exchanges")) {
      if (exchange.path("name").asText().equals(exchangeName)) {
        return exchange.path("response").path("body");
      }
    }
    throw new IllegalArgumentException("no recording of: " + exchangeName);
  }

  /** A JSON file of the test resources. */
  public static JsonNode json(String resource) {
    try (InputStream in = Recordings.class.getResourceAsStream(resource)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
