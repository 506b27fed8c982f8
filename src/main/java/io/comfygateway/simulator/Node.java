package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** What a node class does. */
@FunctionalInterface
interface Node {

  /**
   * What a node leaves behind.
   *
   * @param outputs one value per output slot
   * @param ui what goes into {@code executed} messages and into the history; empty for a node that
   *     shows nothing
   */
  record Result(List<Value> outputs, Optional<ObjectNode> ui) {
    static Result of(Value... outputs) {
      return new Result(List.of(outputs), Optional.empty());
    }

    static Result shown(ObjectNode ui) {
      return new Result(List.of(), Optional.of(ui));
    }
  }

  Result run(NodeCall call) throws NodeFailure, Run.Stopped;
}
