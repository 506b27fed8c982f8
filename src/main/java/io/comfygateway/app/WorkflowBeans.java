package io.comfygateway.app;

import io.comfygateway.settings.Settings;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.NodesFile;
import io.comfygateway.workflow.WorkflowLibrary;

/** The workflow library, and what is known of node classes. */
public final class WorkflowBeans {
  private static final int MAX_DEPTH = 32;

  private final Graph.Limits graphLimits;
  private final WorkflowLibrary library;
  private final NodesFile nodesFile;

  WorkflowBeans(SharedBeans shared) {
    Settings settings = shared.settings();
    this.graphLimits =
        new Graph.Limits(
            (int) settings.number("gateway.max-nodes", 1, 100_000),
            MAX_DEPTH,
            (int) settings.number("gateway.max-text-characters", 1, 100_000_000));
    this.library = new WorkflowLibrary(settings.workflowsDir(), graphLimits);
    this.nodesFile = new NodesFile(settings.nodesFile());
  }

  Graph.Limits graphLimits() {
    return graphLimits;
  }

  public WorkflowLibrary library() {
    return library;
  }

  public NodesFile nodesFile() {
    return nodesFile;
  }
}
