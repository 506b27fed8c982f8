package io.comfygateway.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.api.UploadedWorkflows;
import io.comfygateway.api.WorkflowVersions;
import io.comfygateway.api.WorkflowView;
import io.comfygateway.config.Wildcard;
import io.comfygateway.job.Job;
import io.comfygateway.library.EditorMetadata;
import io.comfygateway.library.LibraryLimits;
import io.comfygateway.library.StoredLibrary;
import io.comfygateway.library.VersionPruning;
import io.comfygateway.library.WorkflowPublisher;
import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.workflow.SourceReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The versions of workflows that are kept, and the operations on them. */
final class LibraryBeans {
  private final StoredLibrary stored;
  private final VersionPruning pruning;
  private final WorkflowView views;
  private final UploadedWorkflows uploads;
  private final WorkflowVersions versions;
  private final EditorMetadata metadata;
  private final Predicate<String> wantMetadata;

  LibraryBeans(
      SharedBeans shared,
      WorkflowBeans workflow,
      PoolBeans pool,
      AccessBeans access,
      IntakeBeans intake) {
    Settings settings = shared.settings();
    this.stored =
        new StoredLibrary(
            shared.database().jdbc(),
            shared.database().transaction(),
            shared.clock(),
            workflow.graphLimits());
    LibraryLimits limits =
        new LibraryLimits(
            settings.get(LimitSettings.WORKFLOWS_MAX),
            settings.get(LimitSettings.WORKFLOWS_VERSIONS),
            settings.get(LimitSettings.WORKFLOWS_MAX_STORED_BYTES));
    this.pruning = new VersionPruning(stored, shared.clock(), limits);
    WorkflowPublisher publisher = new WorkflowPublisher(stored, pruning, limits);
    this.views =
        new WorkflowView(
            workflow.library(), stored, intake.verdicts(), pool.backends(), shared.json());
    this.uploads =
        new UploadedWorkflows(
            workflow.library(),
            stored,
            publisher,
            new SourceReader(workflow.graphLimits(), pool::objectInfo),
            intake.policy(),
            views,
            shared.json(),
            settings.get(LimitSettings.WORKFLOWS_MAX_BYTES));
    this.versions =
        new WorkflowVersions(
            workflow.library(), stored, publisher, pool.backends(), views, shared.json());
    this.metadata = new EditorMetadata(stored, pool::objectInfo);
    List<Wildcard> without =
        settings.get(LimitSettings.WORKFLOWS_NO_EDITOR_METADATA).stream()
            .map(Wildcard::new)
            .toList();
    this.wantMetadata =
        caller ->
            access.keys().editorMetadata(caller)
                && without.stream().noneMatch(pattern -> pattern.covers(caller));
  }

  void bindTo(RouteBeans routes) {
    routes.bind(pruning, uploads, versions);
  }

  /** The file of the editor that the outputs of a job carry. */
  Optional<JsonNode> editorFile(Job job, ObjectNode prompt) {
    return job.workflow()
        .filter(ref -> wantMetadata.test(job.owner()))
        .flatMap(ref -> metadata.of(ref, prompt));
  }

  StoredLibrary stored() {
    return stored;
  }

  /** How workflows are shown. */
  WorkflowView views() {
    return views;
  }
}
