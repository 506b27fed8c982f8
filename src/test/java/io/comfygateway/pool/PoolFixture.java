package io.comfygateway.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.SettableClock;
import io.comfygateway.TestJson;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A pool whose servers are never called. */
final class PoolFixture {
  static final Duration PROBE = Duration.ofSeconds(10);
  static final Duration REST = Duration.ofMinutes(1);
  static final Duration INFO_HOLDS = Duration.ofMinutes(5);
  static final Duration INFO_RETRY = Duration.ofSeconds(30);
  static final int FAILED_PROBES = 3;
  static final int FAILED_PROMPTS = 2;

  private static final ProbePolicy POLICY =
      new ProbePolicy(
          FAILED_PROBES,
          PROBE,
          PROBE.multipliedBy(4),
          FAILED_PROMPTS,
          REST,
          REST.multipliedBy(4),
          INFO_HOLDS,
          INFO_RETRY);

  private PoolFixture() {}

  static Backends pool(SettableClock clock, boolean requiresFiles, Backend... backends) {
    return new Backends(Arrays.asList(backends), POLICY, clock, requiresFiles);
  }

  static Backend server(String name, String... labels) {
    return server(name, false, labels);
  }

  static Backend drained(String name) {
    return server(name, true);
  }

  private static Backend server(String name, boolean drain, String... labels) {
    return new Backend(
        name,
        URI.create("http://" + name + ":8188"),
        2,
        Set.of(labels),
        drain,
        BackendCredentials.NONE,
        Optional.empty());
  }

  /** An answer to {@code GET /object_info} with classes that have no inputs. */
  static ObjectNode classes(String... names) {
    ObjectNode answer = TestJson.MAPPER.createObjectNode();
    List.of(names).forEach(answer::putObject);
    return answer;
  }
}
