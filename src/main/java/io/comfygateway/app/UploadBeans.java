package io.comfygateway.app;

import io.comfygateway.api.UploadsApi;
import io.comfygateway.settings.ClientSettings;
import io.comfygateway.settings.Settings;
import io.comfygateway.upload.UploadFolder;
import io.comfygateway.upload.UploadStore;
import io.comfygateway.upload.Uploads;

/** The files that callers upload for later jobs. */
final class UploadBeans {
  private final Uploads uploads;
  private final UploadStore store;
  private final UploadsApi api;

  UploadBeans(SharedBeans shared, FilesBeans files, PromptBeans prompt) {
    Settings settings = shared.settings();
    UploadFolder folder = new UploadFolder(files.uploads(), prompt.fileRules());
    this.uploads =
        new Uploads(
            shared.database().jdbc(), shared.database().transaction(), folder, shared.clock());
    this.store =
        new UploadStore(
            uploads,
            folder,
            new UploadStore.Rules(
                settings.get(ClientSettings.UPLOADS_MAX),
                settings.get(ClientSettings.UPLOADS_RETENTION)),
            shared.clock());
    this.api = new UploadsApi(uploads, store, shared.json());
  }

  Uploads uploads() {
    return uploads;
  }

  UploadStore store() {
    return store;
  }

  void bindTo(RouteBeans routes) {
    routes.bind(store, api);
  }
}
