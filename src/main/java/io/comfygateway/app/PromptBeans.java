package io.comfygateway.app;

import io.comfygateway.job.InProgress;
import io.comfygateway.media.FileRules;
import io.comfygateway.prompt.InputFiles;
import io.comfygateway.prompt.OutputMetadata;
import io.comfygateway.prompt.ProgressBoard;
import io.comfygateway.prompt.PromptCancellation;
import io.comfygateway.prompt.PromptLookUp;
import io.comfygateway.prompt.PromptSubmission;
import io.comfygateway.prompt.PromptTracker;
import io.comfygateway.prompt.PromptWatch;
import io.comfygateway.prompt.SocketMessages;
import io.comfygateway.settings.LimitSettings;
import io.comfygateway.settings.RetrySettings;
import io.comfygateway.settings.Settings;

/** A prompt on a ComfyUI: its input files, its submission, its progress. */
final class PromptBeans {
  private final FileRules fileRules;
  private final InputFiles inputFiles;
  private final ProgressBoard progress;
  private final InProgress inProgress = new InProgress();
  private final PromptSubmission submission;
  private final PromptLookUp lookUp;
  private final PromptWatch watch;
  private final PromptCancellation cancellation;
  private final SocketMessages socketMessages;

  PromptBeans(
      SharedBeans shared,
      StoreBeans store,
      FilesBeans files,
      PoolBeans pool,
      SocketBeans sockets,
      OutputMetadata metadata) {
    Settings settings = shared.settings();
    this.progress = new ProgressBoard(store.jobs().nodeStarts());
    this.fileRules =
        new FileRules(
            settings.get(LimitSettings.INPUT_MAX_BYTES),
            settings.get(LimitSettings.INPUT_MAX_PIXELS),
            settings.get(LimitSettings.INPUT_MAX_FILES));
    this.inputFiles = new InputFiles(files.jobFiles(), shared.json(), fileRules);
    PromptTracker tracker =
        new PromptTracker(
            pool.runningPrompts(),
            progress,
            pool.socketPictures(),
            inProgress,
            sockets.hub()::sentToServer);
    this.submission =
        new PromptSubmission(
            store.jobs().queries(),
            store.jobs().leases(),
            store.jobs().transitions(),
            store.fetchQueue(),
            shared.database(),
            pool.backends(),
            tracker,
            metadata,
            shared.json(),
            shared.persistence().gatewayId(),
            settings.get(RetrySettings.NO_CONNECTION_PAUSE));
    this.lookUp = new PromptLookUp(tracker, shared.clock());
    this.watch =
        new PromptWatch(
            store.jobs().leases(),
            store.jobs().transitions(),
            shared.database(),
            pool.backends(),
            pool.runningPrompts(),
            tracker,
            shared.clock());
    this.cancellation =
        new PromptCancellation(pool.backends(), pool.runningPrompts(), shared.json());
    this.socketMessages = new SocketMessages(progress, pool.runningPrompts());
  }

  void bindTo(RouteBeans routes) {
    routes.bind(inputFiles, submission, lookUp, watch, cancellation, socketMessages);
  }

  FileRules fileRules() {
    return fileRules;
  }

  InputFiles inputFiles() {
    return inputFiles;
  }

  ProgressBoard progress() {
    return progress;
  }

  InProgress inProgress() {
    return inProgress;
  }
}
