package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;

/** Where an input gets what it gets. */
sealed interface Source {

  /** From an output of a node that runs. */
  record Output(Place node, int slot) implements Source {}

  /** A value from outside the node, from a primitive or the subgraph around it. */
  record Value(JsonNode value, Place from) implements Source {}

  /** Nothing: the node's own value counts. */
  record Own() implements Source {}

  /** From a node that is muted: the input is left out, its own value too. */
  record Removed() implements Source {}
}
