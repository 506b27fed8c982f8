package io.comfygateway.app;

import io.comfygateway.api.BatchIntake;
import io.comfygateway.api.GraphPolicy;
import io.comfygateway.api.Intake;
import io.comfygateway.api.MediaFiles;
import io.comfygateway.settings.Settings;
import io.comfygateway.workflow.Seeds;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Submissions: single jobs and batches. */
public final class IntakeBeans {
  private final GraphPolicy policy;
  private final Intake intake;
  private final BatchIntake batchIntake;

  IntakeBeans(
      SharedBeans shared,
      WorkflowBeans workflow,
      StoreBeans store,
      FilesBeans files,
      EgressBeans egress,
      PoolBeans pool,
      PromptBeans prompt,
      OutputBeans output,
      LifecycleBeans lifecycle,
      FetchBeans fetch) {
    Settings settings = shared.settings();
    this.policy = new GraphPolicy(workflow.nodesFile(), pool.backends(), workflow.library());
    this.intake =
        new Intake(
            new Intake.Checks(
                workflow.library(),
                policy,
                pool.backends(),
                egress.guard(),
                output.s3(),
                workflow.graphLimits(),
                new Seeds(RandomGenerator.getDefault()),
                settings.validation()),
            new Intake.Store(
                store.jobs(),
                shared.database(),
                lifecycle.completion(),
                new MediaFiles(
                    prompt.inputFiles(),
                    fetch.inputUrls(),
                    prompt.fileRules(),
                    settings.number("gateway.max-body-bytes", 1, Long.MAX_VALUE)),
                new Intake.Limits(files.folder(), store.jobQuota())),
            shared.json(),
            shared.clock(),
            longestWait(settings));
    this.batchIntake =
        new BatchIntake(
            intake,
            new BatchIntake.Store(
                store.jobs(), shared.database(), lifecycle.completion(), store.jobQuota()),
            egress.guard(),
            shared.json(),
            new BatchIntake.Limits(
                (int) settings.number("gateway.batch.max-jobs", 1, 1_000),
                settings.number("gateway.batch.max-bytes", 1, 1_073_741_824L),
                settings.number("gateway.batch.max-unpacked-bytes", 1, 1_073_741_824L),
                Duration.ofSeconds(settings.number("gateway.batch.max-seconds", 1, 600))),
            shared.clock());
  }

  /** The longest time that a request waits for its job. */
  static Duration longestWait(Settings settings) {
    return Duration.ofSeconds(settings.number("gateway.wait.max-seconds", 1, 3_600));
  }

  void bindTo(RouteBeans routes) {
    routes.bind(intake, batchIntake);
  }

  /** Which graphs may run here. */
  public GraphPolicy policy() {
    return policy;
  }
}
