package io.comfygateway.app;

import io.comfygateway.api.UploadedWorkflows;
import io.comfygateway.api.WorkflowVersions;
import io.comfygateway.api.WorkflowView;
import io.comfygateway.library.StoredLibrary;
import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.workflow.SourceReader;

/** The versions of workflows that are kept, and the operations on them. */
final class LibraryBeans {
  private final StoredLibrary stored;
  private final WorkflowView views;
  private final UploadedWorkflows uploads;
  private final WorkflowVersions versions;

  LibraryBeans(SharedBeans shared, WorkflowBeans workflow, PoolBeans pool, IntakeBeans intake) {
    Settings settings = shared.settings();
    this.stored =
        new StoredLibrary(
            shared.database().jdbc(),
            shared.database().transaction(),
            shared.clock(),
            workflow.graphLimits(),
            new StoredLibrary.Limits(
                settings.get(LimitSettings.WORKFLOWS_MAX),
                settings.get(LimitSettings.WORKFLOWS_VERSIONS),
                settings.get(LimitSettings.WORKFLOWS_MAX_STORED_BYTES)));
    this.views =
        new WorkflowView(
            workflow.library(), stored, intake.policy(), pool.backends(), shared.json());
    this.uploads =
        new UploadedWorkflows(
            workflow.library(),
            stored,
            new SourceReader(workflow.graphLimits(), pool::objectInfo),
            intake.policy(),
            views,
            shared.json(),
            settings.get(LimitSettings.WORKFLOWS_MAX_BYTES));
    this.versions =
        new WorkflowVersions(workflow.library(), stored, pool.backends(), views, shared.json());
  }

  void bindTo(RouteBeans routes) {
    routes.bind(stored, uploads, versions);
  }

  StoredLibrary stored() {
    return stored;
  }

  /** How workflows are shown. */
  WorkflowView views() {
    return views;
  }
}
