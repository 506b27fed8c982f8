package io.comfygateway.app;

import io.comfygateway.api.BatchView;
import io.comfygateway.api.JobView;
import io.comfygateway.api.LiveState;
import io.comfygateway.api.OutputView;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.StorageSettings;
import java.util.function.Supplier;

/** The JSON of jobs and batches for callers and for receivers of callbacks. */
final class ViewBeans {
  private final JobView jobs;
  private final BatchView batches;
  private final Supplier<String> baseUrl;

  ViewBeans(
      SharedBeans shared,
      WorkflowBeans workflow,
      StoreBeans store,
      PoolBeans pool,
      PromptBeans prompt,
      OutputBeans output,
      SinkBeans sink,
      AccessBeans access,
      HttpBeans http) {
    Settings settings = shared.settings();
    this.baseUrl = http.listening()::publicUrl;
    this.jobs =
        new JobView(
            store.jobs().positions(),
            store.outputs(),
            store.deliveries().queries(),
            new LiveState(pool.backends(), pool.runningPrompts(), prompt.progress()),
            sink.copies(),
            new OutputView(
                access.signedUrls(),
                settings.get(StorageSettings.OUTPUT_URL_VALIDITY),
                sink.s3()::link,
                workflow.library()::outputNames,
                shared.json(),
                shared.clock()),
            baseUrl,
            settings.get(StorageSettings.RETENTION),
            shared.json());
    this.batches =
        new BatchView(
            store.jobs().batches(),
            store.deliveries().queries(),
            jobs,
            baseUrl,
            settings.get(StorageSettings.RETENTION),
            shared.json());
  }

  JobView jobs() {
    return jobs;
  }

  BatchView batches() {
    return batches;
  }

  /** The URL of the gateway for callers. */
  Supplier<String> baseUrl() {
    return baseUrl;
  }
}
