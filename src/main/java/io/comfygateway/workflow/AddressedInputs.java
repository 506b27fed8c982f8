package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.config.Suggestion;
import io.comfygateway.problem.Problem;
import io.comfygateway.workflow.GraphNode.Link;
import io.comfygateway.workflow.InputValue.Accepted;
import io.comfygateway.workflow.InputValue.Checked;
import io.comfygateway.workflow.InputValue.Refused;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Inputs by {@link Addresses}, for graphs that name none. */
final class AddressedInputs {
  private static final int MOST_NAMED = 20;

  private final Graph graph;
  private final boolean lenient;
  private final Optional<ObjectInfo> objectInfo;
  private final UploadInputs uploads;
  private final Addresses addresses;
  private final Changes changes = new Changes();

  AddressedInputs(Graph graph, boolean lenient, Optional<ObjectInfo> objectInfo) {
    this.graph = graph;
    this.lenient = lenient;
    this.objectInfo = objectInfo;
    this.uploads = new UploadInputs(objectInfo);
    this.addresses = new Addresses(graph, objectInfo);
  }

  AppliedInputs apply(JsonNode inputs) {
    for (Map.Entry<String, JsonNode> given : inputs.properties()) {
      if (changes.isFull()) {
        break;
      }
      try {
        setAll(given.getKey(), given.getValue());
      } catch (Problem problem) {
        changes.fault(given.getKey(), problem.getMessage());
      }
    }
    return changes.to(graph);
  }

  // What one of them refuses is one fault.
  private void setAll(String name, JsonNode given) {
    int before = changes.faults();
    for (Address target : addresses.all(name)) {
      if (changes.faults() == before) {
        set(name, target, given);
      }
    }
  }

  private void set(String name, Address target, JsonNode given) {
    GraphNode node = graph.node(target.node()).orElseThrow();
    if (!addresses.takes(node, target.field())) {
      changes.fault(
          name,
          "Node "
              + node.label()
              + " has no input \""
              + target.field()
              + "\""
              + Suggestion.didYouMean(target.field(), node.inputs().keySet())
              + " (inputs: "
              + String.join(", ", node.inputs().keySet())
              + ")");
      return;
    }
    Optional<Link> link = node.link(target.field());
    if (link.isPresent()) {
      changes.fault(
          name,
          called(name, target)
              + " is linked to node "
              + graph.node(link.get().node()).map(GraphNode::label).orElse(link.get().node())
              + "; set an input of that node");
      return;
    }
    Optional<InputType> media = uploads.kind(node, target.field());
    if (media.isPresent() && FileSource.isIn(given)) {
      changes.file(name, target, media.get(), given);
      return;
    }
    if (FileSource.part(given).isPresent()) {
      changes.fault(name, takesNoFile(name, target));
      return;
    }
    if (lenient && isLeftOut(target, node, given)) {
      return;
    }
    boolean isSeed = new SeedFinder(graph, objectInfo).isSeed(node, target.field());
    if (isSeed && SeedChoice.asksToDraw(given)) {
      changes.draw(name, target);
      return;
    }
    Checked checked =
        isSeed && given.canConvertToExactIntegral()
            ? new Accepted(given)
            : check(name, target, node, given);
    if (checked instanceof Refused refused) {
      changes.fault(name, refused.detail());
    } else if (checked instanceof Accepted accepted) {
      changes.byCaller(name, target, accepted.value());
    }
  }

  private Optional<InputDeclaration> declared(GraphNode node, String field) {
    return objectInfo.flatMap(info -> info.input(node, field));
  }

  private Checked check(String name, Address target, GraphNode node, JsonNode given) {
    if (Link.of(given).isPresent()) {
      return new Refused(name + " must be a value, not a link; rewire the graph itself");
    }
    return spec(called(name, target), target, node)
        .map(known -> new InputValue(known, lenient).check(given))
        .orElseGet(() -> new Accepted(given));
  }

  /** What the caller wrote, and where it is in the graph. */
  private static String called(String name, Address target) {
    String address = target.toString();
    return name.equals(address) ? address : Excerpt.of(name) + " (" + address + ")";
  }

  /** A choice and a range are left to the server: some classes take more than they declare. */
  private Optional<InputSpec> spec(String called, Address target, GraphNode node) {
    return declared(node, target.field())
        .map(declaration -> InputType.declared(declaration.type()))
        .orElseGet(() -> InputType.of(Objects.requireNonNull(node.inputs().get(target.field()))))
        .map(type -> InputSpec.plain(called, target, type));
  }

  // Then the graph keeps its value.
  private boolean isLeftOut(Address target, GraphNode node, JsonNode given) {
    return given.isNull()
        || spec(target.toString(), target, node)
            .filter(known -> InputValue.isLeftOut(known.type(), given))
            .isPresent();
  }

  private String takesNoFile(String name, Address target) {
    List<String> takers = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      for (String field : node.inputs().keySet()) {
        if (takers.size() < MOST_NAMED && uploads.kind(node, field).isPresent()) {
          takers.add(new Address(node.id(), field).toString());
        }
      }
    }
    return "The part "
        + name
        + " is a file, and "
        + target
        + " takes none"
        + (takers.isEmpty()
            ? "; no input of this graph does"
            : " (inputs that take one: " + String.join(", ", takers) + ")");
  }
}
