package io.comfygateway.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Something about a job that its caller should know, and that does not stop it.
 *
 * @param code the kind, in snake_case; callers compare it, so it does not change
 * @param detail what was noticed, for a person
 * @param node the id of the node that it is about; empty where it is about the whole job
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Warning(String code, String detail, Optional<String> node) {

  public Warning {
    node = node == null ? Optional.empty() : node;
  }

  /** A warning about the whole job. */
  public static Warning of(String code, String detail) {
    return new Warning(code, detail, Optional.empty());
  }

  /** The first of them, and one that counts the rest. */
  public static List<Warning> first(int most, List<Warning> all) {
    if (all.size() <= most) {
      return all;
    }
    List<Warning> first = new ArrayList<>(all.subList(0, most));
    first.add(of("more_warnings", "There were " + (all.size() - most) + " more warnings."));
    return first;
  }

  /** A warning about one node. */
  public static Warning ofNode(String code, String node, String detail) {
    return new Warning(code, detail, Optional.of(node));
  }
}
