package io.comfygateway.sink;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The destinations of jobs whose request names none.
 *
 * @param all those of every job
 * @param workflows those of the jobs of a workflow, by its name without a version
 * @param keys those of the jobs of a caller, by the name of its key
 */
public record DestinationDefaults(
    List<String> all, Map<String, List<String>> workflows, Map<String, List<String>> keys) {
  /** No destinations. */
  public static final DestinationDefaults NONE =
      new DestinationDefaults(List.of(), Map.of(), Map.of());

  public DestinationDefaults {
    all = List.copyOf(all);
    workflows = Map.copyOf(workflows);
    keys = Map.copyOf(keys);
  }

  /**
   * The names of the destinations of a job, each once.
   *
   * @param workflow its workflow's name, if it runs one of the library
   * @param caller the name of its caller's key
   */
  public List<String> of(Optional<String> workflow, String caller) {
    LinkedHashSet<String> names = new LinkedHashSet<>(all);
    workflow.map(workflows::get).ifPresent(names::addAll);
    names.addAll(keys.getOrDefault(caller, List.of()));
    return new ArrayList<>(names);
  }
}
