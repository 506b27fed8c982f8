package io.comfygateway.app;

import io.comfygateway.api.BatchAdmission;
import io.comfygateway.api.BatchCapacity;
import io.comfygateway.api.BatchLimits;
import io.comfygateway.api.BatchRequests;
import io.comfygateway.api.BatchRows;
import io.comfygateway.api.CustomRoutes;
import io.comfygateway.api.DeliveryTargets;
import io.comfygateway.api.GraphCheck;
import io.comfygateway.api.GraphInputs;
import io.comfygateway.api.GraphPolicy;
import io.comfygateway.api.GraphSource;
import io.comfygateway.api.IdempotencyKeys;
import io.comfygateway.api.JobAdmission;
import io.comfygateway.api.JobBuilder;
import io.comfygateway.api.JobRetry;
import io.comfygateway.api.JsonViews;
import io.comfygateway.api.MediaFiles;
import io.comfygateway.api.RequestContent;
import io.comfygateway.api.SubmissionReader;
import io.comfygateway.api.WorkflowVerdicts;
import io.comfygateway.custom.TimeLimitedRoute;
import io.comfygateway.custom.UnloadedFiles;
import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.PortSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.Seeds;
import io.comfygateway.workflow.SourceReader;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.apache.camel.CamelContext;

/** Submissions: single jobs and batches. */
public final class IntakeBeans {
  private final GraphPolicy policy;
  private final WorkflowVerdicts verdicts;
  private final RequestContent content;
  private final SubmissionReader submissionReader;
  private final IdempotencyKeys idempotencyKeys;
  private final GraphSource graphSource;
  private final DeliveryTargets deliveryTargets;
  private final GraphInputs graphInputs;
  private final GraphCheck graphCheck;
  private final JobAdmission jobAdmission;
  private final JobRetry jobRetry;
  private final BatchRequests batchRequests;
  private final BatchRows batchRows;
  private final BatchAdmission batchAdmission;

  IntakeBeans(
      SharedBeans shared,
      WorkflowBeans workflow,
      StoreBeans store,
      FilesBeans files,
      EgressBeans egress,
      PoolBeans pool,
      PromptBeans prompt,
      OutputBeans output,
      SinkBeans sink,
      LifecycleBeans lifecycle,
      FetchBeans fetch,
      UploadBeans uploads,
      ViewBeans views) {
    Settings settings = shared.settings();
    Graph.Limits limits = workflow.graphLimits();
    this.policy = new GraphPolicy(workflow.nodesFile(), pool.backends());
    this.verdicts = new WorkflowVerdicts(policy, pool.backends(), workflow.library());
    this.content = new RequestContent(policy, limits, shared.json());
    MediaFiles media =
        new MediaFiles(
            prompt.inputFiles(),
            files.state(),
            fetch.inputUrls(),
            uploads.uploads(),
            prompt.fileRules(),
            settings.get(PortSettings.MAX_BODY));
    this.submissionReader =
        new SubmissionReader(
            shared.json(), new SourceReader(limits, pool::objectInfo), longestWait(settings));
    this.idempotencyKeys =
        new IdempotencyKeys(
            store.jobs().queue(),
            store.jobs().queries(),
            store.jobs().batches(),
            views.jobs(),
            views.batches());
    this.graphSource = new GraphSource(content, workflow.library(), policy, limits);
    this.deliveryTargets = new DeliveryTargets(content, egress.guard(), sink.destinations());
    this.graphInputs =
        new GraphInputs(content, pool.backends(), limits, new Seeds(RandomGenerator.getDefault()));
    this.graphCheck =
        new GraphCheck(content, policy, pool.backends(), settings.get(LimitSettings.VALIDATE));
    JobBuilder builder =
        new JobBuilder(content, deliveryTargets, media, shared.json(), shared.clock());
    this.jobAdmission =
        new JobAdmission(
            store.jobs().queue(),
            store.jobs().queries(),
            shared.database(),
            lifecycle.completion(),
            store.jobQuota(),
            files.state(),
            media,
            builder,
            idempotencyKeys,
            views.jobs());
    this.jobRetry =
        new JobRetry(
            store.jobs().queue(),
            store.jobs().queries(),
            shared.database(),
            lifecycle.completion(),
            store.jobQuota(),
            media,
            policy,
            workflow.library(),
            new Seeds(RandomGenerator.getDefault()),
            limits,
            views.jobs());
    BatchCapacity capacity = new BatchCapacity(batchLimits(settings));
    this.batchRequests =
        new BatchRequests(
            content,
            capacity,
            store.jobs().queue(),
            files.state(),
            media,
            egress.guard(),
            shared.json(),
            shared.clock());
    this.batchRows = new BatchRows(capacity, builder, store.jobs().queue(), media, shared.clock());
    this.batchAdmission =
        new BatchAdmission(
            store.jobs().batches(),
            shared.database(),
            lifecycle.completion(),
            store.jobQuota(),
            idempotencyKeys,
            views.batches());
  }

  private static BatchLimits batchLimits(Settings settings) {
    return new BatchLimits(
        settings.get(LimitSettings.BATCH_MAX_JOBS),
        settings.get(LimitSettings.BATCH_MAX_BYTES),
        settings.get(LimitSettings.BATCH_MAX_UNPACKED),
        settings.get(LimitSettings.BATCH_TIMEOUT));
  }

  /** The longest time that a request waits for its job. */
  static Duration longestWait(Settings settings) {
    return settings.get(PortSettings.LONGEST_WAIT);
  }

  void bindTo(
      RouteBeans routes,
      CamelContext context,
      TimeLimitedRoute timeLimited,
      UnloadedFiles unloaded) {
    JsonViews.register(context);
    routes.bind(
        new CustomRoutes(context, content, graphSource, timeLimited, unloaded),
        submissionReader,
        idempotencyKeys,
        graphSource,
        deliveryTargets,
        graphInputs,
        graphCheck,
        jobAdmission,
        jobRetry,
        batchRequests,
        batchRows,
        batchAdmission);
  }

  /** Which workflows can run here. */
  public WorkflowVerdicts verdicts() {
    return verdicts;
  }

  /** Which graphs may run here. */
  GraphPolicy policy() {
    return policy;
  }
}
