package io.comfygateway.pool;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The memory of a server's graphics cards, as its answer to {@code GET /system_stats} reports it.
 *
 * @param total bytes
 * @param free bytes that were free when it was read
 */
public record VideoMemory(long total, long free) {

  /** The sum over the devices of an answer that are not the processor; empty if there are none. */
  static Optional<VideoMemory> of(JsonNode stats) {
    long total = 0;
    long free = 0;
    for (JsonNode device : stats.path("devices")) {
      if (!"cpu".equals(device.path("type").asText())) {
        total += Math.max(0, device.path("vram_total").asLong());
        free += Math.max(0, device.path("vram_free").asLong());
      }
    }
    return total > 0
        ? Optional.of(new VideoMemory(total, Math.min(free, total)))
        : Optional.empty();
  }
}
