package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.problem.Warning;
import io.comfygateway.workflow.AppliedInputs;
import io.comfygateway.workflow.DeclaredDefaults;
import io.comfygateway.workflow.Graph;
import java.util.List;
import java.util.Optional;

/**
 * What was found out about the graph that the rows of a batch share: a graph of thousands of nodes
 * is read and checked once, not once for each of hundreds of rows. Rows without inputs of their own
 * differ only in their seeds, which are drawn within their ranges.
 */
final class SharedGraph {
  /** The graph as it was sent. */
  final JsonNode prompt;

  final Memo<Graph> parsed = new Memo<>();
  final Memo<AppliedInputs> applied = new Memo<>();
  final Memo<Optional<DeclaredDefaults.Filled>> filled = new Memo<>();
  final Memo<Checked> checked = new Memo<>();

  SharedGraph(JsonNode prompt) {
    this.prompt = prompt;
  }

  /** What its check said. */
  record Checked(GraphRequirements needs, List<Warning> warnings) {}
}
