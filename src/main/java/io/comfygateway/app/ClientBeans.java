package io.comfygateway.app;

import io.comfygateway.comfyapi.CallerFiles;
import io.comfygateway.comfyapi.ClassesApi;
import io.comfygateway.comfyapi.ClientJobsApi;
import io.comfygateway.comfyapi.ClientProblems;
import io.comfygateway.comfyapi.ClientPrompts;
import io.comfygateway.comfyapi.HistoryApi;
import io.comfygateway.comfyapi.PictureVariants;
import io.comfygateway.comfyapi.PoolAnswers;
import io.comfygateway.comfyapi.PromptEntries;
import io.comfygateway.comfyapi.PromptIntake;
import io.comfygateway.comfyapi.QueueApi;
import io.comfygateway.comfyapi.ReferencedFiles;
import io.comfygateway.comfyapi.UploadApi;
import io.comfygateway.comfyapi.VerdictWait;
import io.comfygateway.comfyapi.ViewApi;
import io.comfygateway.job.JobQueries;
import io.comfygateway.settings.ClientSettings;
import io.comfygateway.settings.Settings;

/** ComfyUI's own API. */
final class ClientBeans {
  /** In bytes. */
  private static final long LONGEST_HISTORY = 32_000_000;

  private final PromptIntake promptIntake;
  private final QueueApi queueApi;
  private final HistoryApi historyApi;
  private final ViewApi viewApi;
  private final UploadApi uploadApi;
  private final ClassesApi classesApi;
  private final PoolAnswers poolAnswers;
  private final ClientJobsApi clientJobsApi;
  private final ClientProblems clientProblems;

  ClientBeans(
      SharedBeans shared,
      WorkflowBeans workflow,
      StoreBeans store,
      FilesBeans files,
      PoolBeans pool,
      PromptBeans prompt,
      UploadBeans uploads,
      PictureBeans pictures,
      SocketBeans sockets) {
    Settings settings = shared.settings();
    ClientPrompts prompts = store.clientPrompts();
    JobQueries queries = store.jobs().queries();
    CallerFiles own =
        new CallerFiles(prompts, store.outputs(), files.outputStore(), uploads.uploads());
    PictureVariants forms = new PictureVariants(pictures.memory(), pictures.cache());
    PromptEntries entries = new PromptEntries(prompts, queries);
    this.promptIntake =
        new PromptIntake(
            prompts,
            pool.backends(),
            new ReferencedFiles(pool.backends(), own, workflow.graphLimits(), prompt.fileRules()),
            queries,
            new VerdictWait(
                pool.runningPrompts(),
                store.jobs().positions(),
                pool.dispatcher()::roomFor,
                settings.get(ClientSettings.VERDICT)),
            shared.json(),
            shared.clock(),
            sockets.hub());
    this.queueApi = new QueueApi(prompts, entries, queries, shared.json(), sockets.hub()::awaited);
    this.historyApi =
        new HistoryApi(
            prompts, entries, shared.json(), settings.get(ClientSettings.HISTORY), LONGEST_HISTORY);
    this.viewApi = new ViewApi(own, forms, IntakeBeans.longestWait(settings));
    this.uploadApi = new UploadApi(uploads.store(), own, forms, shared.json());
    this.classesApi = new ClassesApi(pool.backends(), workflow.nodesFile(), uploads.uploads());
    this.poolAnswers = new PoolAnswers(pool.backends(), sockets.features(), shared.clock());
    this.clientJobsApi = new ClientJobsApi(prompts, entries, queueApi, queries, shared.json());
    this.clientProblems = new ClientProblems(shared.json());
  }

  void bindTo(RouteBeans routes) {
    routes.bind(
        promptIntake,
        queueApi,
        historyApi,
        viewApi,
        uploadApi,
        classesApi,
        poolAnswers,
        clientJobsApi,
        clientProblems);
  }
}
