package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Optional;

/**
 * Puts a caller's {@code inputs} into a graph.
 *
 * <p>Every fault is collected and thrown as one {@link ProblemType#INVALID_INPUT} with a pointer
 * such as {@code /inputs/width} for each.
 */
public final class Inputs {
  private final boolean lenient;
  private final Optional<ObjectInfo> objectInfo;

  /**
   * @param lenient whether text is converted where a number or a boolean is declared, as callers
   *     send it; {@code null}, and an empty text for anything but text, then count as left out
   * @param objectInfo what ComfyUI says of the node classes, if known; it allows inputs that a
   *     class declares and the graph leaves out
   */
  public Inputs(boolean lenient, Optional<ObjectInfo> objectInfo) {
    this.lenient = lenient;
    this.objectInfo = objectInfo;
  }

  /**
   * Applies inputs to a workflow: by its own names where its sidecar gives some, else by address.
   * Files that stand in its graph are taken out of it like those that a caller gives.
   *
   * @param inputs an object; null and missing count as empty
   * @throws Problem {@link ProblemType#INVALID_INPUT} with every fault
   */
  public AppliedInputs apply(Workflow workflow, JsonNode inputs) {
    AppliedInputs applied =
        workflow.namesInputs()
            ? new NamedInputs(InputSpec.resolved(workflow, objectInfo), lenient)
                .apply(workflow.graph(), object(inputs))
            : addressed(workflow.graph(), inputs);
    return embedded().takeFrom(applied, "");
  }

  /**
   * Applies inputs that are addressed by their nodes ({@link Addresses}) to a graph that the caller
   * sent as {@code prompt}.
   *
   * @param inputs an object; null and missing count as empty
   * @throws Problem {@link ProblemType#INVALID_INPUT} with every fault
   */
  public AppliedInputs apply(Graph graph, JsonNode inputs) {
    return embedded().takeFrom(addressed(graph, inputs), "/prompt");
  }

  private AppliedInputs addressed(Graph graph, JsonNode inputs) {
    return new AddressedInputs(graph, lenient, objectInfo).apply(object(inputs));
  }

  private EmbeddedFiles embedded() {
    return new EmbeddedFiles(new UploadInputs(objectInfo));
  }

  private static JsonNode object(JsonNode inputs) {
    if (inputs.isMissingNode() || inputs.isNull()) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (!inputs.isObject()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT, "/inputs", "inputs must be an object of values by name");
    }
    return inputs;
  }
}
