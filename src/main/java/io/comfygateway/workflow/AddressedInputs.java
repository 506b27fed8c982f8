package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.GraphNode.Link;
import io.comfygateway.workflow.InputValue.Accepted;
import io.comfygateway.workflow.InputValue.Checked;
import io.comfygateway.workflow.InputValue.Refused;
import io.comfygateway.workflow.ObjectInfo.InputDeclaration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Inputs addressed as {@code id.field} or {@code Title.field}, for graphs that name none. */
final class AddressedInputs {
  private static final int MOST_NAMED = 20;

  /** More dots than ids, titles and fields have; each costs a look at every node. */
  private static final int MOST_BORDERS = 50;

  private final Graph graph;
  private final boolean lenient;
  private final Optional<ObjectInfo> objectInfo;
  private final UploadInputs uploads;
  private final Changes changes = new Changes();

  AddressedInputs(Graph graph, boolean lenient, Optional<ObjectInfo> objectInfo) {
    this.graph = graph;
    this.lenient = lenient;
    this.objectInfo = objectInfo;
    this.uploads = new UploadInputs(objectInfo);
  }

  AppliedInputs apply(JsonNode inputs) {
    for (Map.Entry<String, JsonNode> given : inputs.properties()) {
      try {
        set(given.getKey(), locate(given.getKey()), given.getValue());
      } catch (Problem problem) {
        changes.fault(given.getKey(), problem.getMessage());
      }
    }
    return changes.to(graph);
  }

  /**
   * Ids, titles and fields may all hold dots, so each one is tried as the border; an id wins over a
   * title, and a border whose field exists wins over one whose field does not.
   */
  private Address locate(String name) {
    Optional<Address> onlyNode = Optional.empty();
    for (boolean byId : new boolean[] {true, false}) {
      int tried = 0;
      for (int dot = name.indexOf('.');
          dot > 0 && tried < MOST_BORDERS;
          dot = name.indexOf('.', dot + 1), tried++) {
        String left = name.substring(0, dot);
        if (byId ? graph.node(left).isPresent() : !graph.titled(left).isEmpty()) {
          GraphNode node = graph.find(left);
          Address address = new Address(node.id(), name.substring(dot + 1));
          if (takes(node, address.field())) {
            return address;
          }
          onlyNode = onlyNode.or(() -> Optional.of(address));
        }
      }
    }
    return onlyNode.orElseGet(() -> unknown(name));
  }

  private Address unknown(String name) {
    int dot = name.lastIndexOf('.');
    if (dot <= 0) {
      throw new Problem(
          ProblemType.INVALID_INPUT,
          "\"" + name + "\" names no node; write it as id.field or Title.field, such as 3.steps");
    }
    return new Address(graph.find(name.substring(0, dot)).id(), name.substring(dot + 1));
  }

  private void set(String name, Address target, JsonNode given) {
    GraphNode node = graph.node(target.node()).orElseThrow();
    if (!takes(node, target.field())) {
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
          target
              + " is linked to node "
              + graph.node(link.get().node()).map(GraphNode::label).orElse(link.get().node())
              + "; set an input of that node");
      return;
    }
    Optional<InputType> media = uploads.kind(node.classType(), target.field());
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

  private boolean takes(GraphNode node, String field) {
    return node.inputs().containsKey(field) || declared(node, field).isPresent();
  }

  private Optional<InputDeclaration> declared(GraphNode node, String field) {
    return objectInfo.flatMap(info -> info.input(node, field));
  }

  private Checked check(String name, Address target, GraphNode node, JsonNode given) {
    if (Link.of(given).isPresent()) {
      return new Refused(name + " must be a value, not a link; rewire the graph itself");
    }
    return spec(target, node)
        .map(known -> new InputValue(known, lenient).check(given))
        .orElseGet(() -> new Accepted(given));
  }

  private Optional<InputSpec> spec(Address target, GraphNode node) {
    return declared(node, target.field())
        .map(declaration -> declaredSpec(target, declaration))
        .orElseGet(() -> likeTheLiteral(target, node.inputs().get(target.field())));
  }

  // What the graph says stays then.
  private boolean isLeftOut(Address target, GraphNode node, JsonNode given) {
    return given.isNull()
        || spec(target, node)
            .filter(known -> InputValue.isLeftOut(known.type(), given))
            .isPresent();
  }

  /** A choice and a range are left to the server: some classes take more than they declare. */
  private static Optional<InputSpec> declaredSpec(Address target, InputDeclaration declaration) {
    Optional<InputType> type =
        switch (declaration.type()) {
          case "INT" -> Optional.of(InputType.INTEGER);
          case "FLOAT" -> Optional.of(InputType.NUMBER);
          case "BOOLEAN" -> Optional.of(InputType.BOOLEAN);
          case "STRING" -> Optional.of(InputType.STRING);
          default -> Optional.empty();
        };
    return type.map(known -> InputSpec.plain(target, known));
  }

  /** ComfyUI exports a FLOAT of 8.0 as 8, so a whole number in the graph promises no INT. */
  private static Optional<InputSpec> likeTheLiteral(Address target, JsonNode literal) {
    Optional<InputType> type =
        switch (literal.getNodeType()) {
          case NUMBER -> Optional.of(InputType.NUMBER);
          case BOOLEAN -> Optional.of(InputType.BOOLEAN);
          case STRING -> Optional.of(InputType.STRING);
          default -> Optional.empty();
        };
    return type.map(known -> InputSpec.plain(target, known));
  }

  private String takesNoFile(String name, Address target) {
    List<String> takers = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      for (String field : node.inputs().keySet()) {
        if (takers.size() < MOST_NAMED && uploads.kind(node.classType(), field).isPresent()) {
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
