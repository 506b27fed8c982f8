package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;

/** What was recorded from a real ComfyUI, and other JSON that tests read. */
final class Recordings {
  private final ObjectMapper json = new ObjectMapper();

  JsonNode http(SimulatedVersion version) {
    return read("/comfyui/http%s.json".formatted(suffix(version))).get("exchanges");
  }

  JsonNode webSocket(SimulatedVersion version) {
    return read("/comfyui/websocket%s.json".formatted(suffix(version))).get("frames");
  }

  private static String suffix(SimulatedVersion version) {
    return version.is033() ? "-0.33" : "";
  }

  JsonNode read(String resource) {
    try (InputStream stream = Recordings.class.getResourceAsStream(resource)) {
      return json.readTree(stream);
    } catch (IOException e) {
      throw new AssertionError(resource, e);
    }
  }

  JsonNode parse(String text) {
    try {
      return json.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }
}
