package io.comfygateway.simulator;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the nodes of the last prompt gave, by a signature of everything that it depends on. Like the
 * original it remembers one prompt only. Only the thread that runs prompts uses it.
 */
final class ExecutionCache {
  private final Map<String, Node.Result> results = new HashMap<>();

  /** Forgets what a new prompt has no use for. */
  void keepOnly(Set<String> signatures) {
    results.keySet().retainAll(signatures);
  }

  Optional<Node.Result> get(String signature) {
    return Optional.ofNullable(results.get(signature));
  }

  void put(String signature, Node.Result result) {
    results.put(signature, result);
  }
}
