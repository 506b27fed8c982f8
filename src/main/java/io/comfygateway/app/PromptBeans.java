package io.comfygateway.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.comfyapi.ClientPrompts;
import io.comfygateway.comfyapi.SocketHub;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
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
import java.util.function.Consumer;

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

  /**
   * Makes them.
   *
   * @param accepted is given each job of a client of ComfyUI's own API that a server has accepted
   */
  PromptBeans(
      SharedBeans shared,
      StoreBeans store,
      FilesBeans files,
      PoolBeans pool,
      SocketBeans sockets,
      OutputMetadata metadata,
      Consumer<Job> accepted) {
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
            follower(store.clientPrompts(), sockets.hub(), accepted));
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

  private static PromptTracker.Follower follower(
      ClientPrompts prompts, SocketHub sockets, Consumer<Job> accepted) {
    return new PromptTracker.Follower() {
      @Override
      public void sentToServer(Job job, JobDocument document) {
        sockets.sentToServer(job, document);
      }

      @Override
      public void accepted(Job job, JobDocument document, JsonNode nodeErrors) {
        if (document.client().isPresent()) {
          if (!nodeErrors.isEmpty()) {
            prompts.leaveOut(job.id(), nodeErrors);
          }
          accepted.accept(job);
        }
      }
    };
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
