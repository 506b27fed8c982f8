package io.comfygateway.app;

import io.comfygateway.comfyapi.ClientProblems;
import io.comfygateway.comfyapi.HistoryApi;
import io.comfygateway.comfyapi.OwnFiles;
import io.comfygateway.comfyapi.PictureForms;
import io.comfygateway.comfyapi.PromptEntries;
import io.comfygateway.comfyapi.PromptIntake;
import io.comfygateway.comfyapi.QueueApi;
import io.comfygateway.comfyapi.ReferencedFiles;
import io.comfygateway.comfyapi.ViewApi;
import io.comfygateway.settings.ClientSettings;

/** ComfyUI's own API. */
final class ClientBeans {
  private final PromptIntake promptIntake;
  private final QueueApi queueApi;
  private final HistoryApi historyApi;
  private final ViewApi viewApi;
  private final ClientProblems clientProblems;

  ClientBeans(
      SharedBeans shared, StoreBeans store, FilesBeans files, PoolBeans pool, SocketBeans sockets) {
    OwnFiles own = new OwnFiles(store.clientPrompts(), store.outputs(), files.outputStore());
    PromptEntries entries = new PromptEntries(store.clientPrompts(), store.jobs().queries());
    this.promptIntake =
        new PromptIntake(
            store.clientPrompts(),
            pool.backends(),
            new ReferencedFiles(pool.backends(), own),
            shared.json(),
            shared.clock(),
            sockets.hub());
    this.queueApi =
        new QueueApi(store.clientPrompts(), entries, store.jobs().queries(), shared.json());
    this.historyApi =
        new HistoryApi(
            store.clientPrompts(),
            entries,
            shared.json(),
            shared.settings().get(ClientSettings.HISTORY));
    this.viewApi = new ViewApi(own, new PictureForms(), IntakeBeans.longestWait(shared.settings()));
    this.clientProblems = new ClientProblems(shared.json());
  }

  void bindTo(RouteBeans routes) {
    routes.bind(promptIntake, queueApi, historyApi, viewApi, clientProblems);
  }
}
