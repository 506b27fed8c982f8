package io.comfygateway.workflow;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects the changes that inputs make to a graph, and the faults of these inputs. */
final class Changes {
  private final Map<Address, JsonNode> values = new LinkedHashMap<>();
  private final List<MediaInput> media = new ArrayList<>();
  private final Set<String> explicit = new HashSet<>();
  private final Set<String> drawn = new HashSet<>();
  private final List<Fault> faults = new ArrayList<>();

  void fault(String name, String detail) {
    faults.add(new Fault(pointer(name), detail));
  }

  /** How many faults there are. */
  int faults() {
    return faults.size();
  }

  /** Whether further faults would not be reported. */
  boolean isFull() {
    return faults.size() >= Problem.MOST_FAULTS;
  }

  void byDefault(Address target, JsonNode value) {
    values.put(target, value);
  }

  void byCaller(String name, Address target, JsonNode value) {
    if (claim(name, target)) {
      values.put(target, value);
    }
  }

  void draw(String name, Address target) {
    if (claim(name, target)) {
      values.put(target, JsonNodeFactory.instance.numberNode(SeedChoice.DRAW));
      drawn.add(target.toString());
    }
  }

  void file(String name, Address target, InputType kind, JsonNode value) {
    if (claim(name, target)) {
      media.add(
          new MediaInput(pointer(name), target.node(), target.field(), kind, FileSource.of(value)));
    }
  }

  void file(String name, InputSpec spec, Address target, JsonNode value) {
    if (claim(name, target)) {
      media.add(
          new MediaInput(
              pointer(name),
              target.node(),
              target.field(),
              spec.type(),
              FileSource.of(value),
              spec.accepts().isEmpty() ? FileKind.ofField(target.field()) : spec.accepts()));
    }
  }

  /** With two names for one field it would be undefined which value counts. */
  private boolean claim(String name, Address target) {
    boolean first = explicit.add(target.toString());
    if (!first) {
      fault(name, name + " sets " + target + ", which another input sets too; give it once");
    }
    return first;
  }

  AppliedInputs to(Graph graph) {
    if (faults.size() == 1) {
      throw Problem.ofFields(ProblemType.INVALID_INPUT, faults);
    }
    if (!faults.isEmpty()) {
      String detail = faults.size() + " inputs are not valid; see errors";
      throw new Problem(ProblemType.INVALID_INPUT, detail, faults);
    }
    return new AppliedInputs(graph.with(values), media, explicit, drawn);
  }

  private static String pointer(String name) {
    return JsonPointer.compile("/inputs").appendProperty(name).toString();
  }
}
