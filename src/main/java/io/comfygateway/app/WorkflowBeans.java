package io.comfygateway.app;

import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
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
            settings.get(LimitSettings.MAX_NODES), MAX_DEPTH, settings.get(LimitSettings.MAX_TEXT));
    this.library = new WorkflowLibrary(settings.get(StorageSettings.WORKFLOWS_DIR), graphLimits);
    this.nodesFile = new NodesFile(settings.get(LimitSettings.NODES_FILE));
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
